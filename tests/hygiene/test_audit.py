"""An audit gathers what is known of each repository and runs all checks."""

from __future__ import annotations

import pytest

from keyscan.engine import build
from keyscan.git.command import Git
from keyscan.hygiene import audit as module
from keyscan.ruleset.cache import load_rules
from keyscan.sources import staged


@pytest.fixture(scope="module")
def matcher():
    """All rules."""
    return build.matcher(load_rules())


def rules(result) -> set[tuple[str, str]]:
    """(rule, path) of the findings."""
    return {(one.rule_id, one.origin.path) for one in result.findings}


def test_all_checks_of_one_repository(repo, matcher, anthropic_key):
    """Exposure, browsers, images, agents, the history."""
    repo.stage("web/.env", f"NEXT_PUBLIC_ANTHROPIC_API_KEY={anthropic_key}\n")
    repo.stage("Dockerfile", "FROM x\nCOPY . .\n")
    repo.stage(".mcp.json", f'{{"env": {{"ANTHROPIC_API_KEY": "{anthropic_key}"}}}}')
    repo.commit()
    made = module.audit(str(repo.path), matcher, "")
    assert rules(made.result) >= {
        ("env-tracked", "web/.env"),
        ("browser-exposed-key", "web/.env"),
        ("env-in-docker-context", "web/.env"),
        ("agent-config-key", ".mcp.json"),
        ("env-in-history", "web/.env"),
    }
    assert len(made.repositories) == 1
    without = module.audit(str(repo.path), matcher, "", history=False)
    assert ("env-in-history", "web/.env") not in rules(without.result)


def test_submodules_and_what_is_shared_between_them(repo, matcher, anthropic_key):
    """One key in two environments of two repositories is one finding."""
    inner = type(repo)(repo.path / "inner")
    inner.write(".env.production", f"KEY={anthropic_key}\n")
    head = inner.commit()
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{head},inner")
    repo.write(".env", f"KEY={anthropic_key}\n")
    made = module.audit(str(repo.path), matcher, "", history=False)
    assert [one.tree.prefix for one in made.repositories] == ["", "inner/"]
    (shared,) = [one for one in made.result.findings if one.rule_id == "env-shared-secret"]
    assert {shared.origin.path, shared.related[0].path} == {".env", "inner/.env.production"}


def test_staged_files_of_secrets(repo, matcher, anthropic_key):
    """The hook tells the file; in a template, what the engine reports itself is left out."""
    repo.stage(".env", f"KEY={anthropic_key}\n")
    repo.stage(".env.example", f"KEY={anthropic_key}\n")
    repo.stage("main.py", "x\n")
    git = Git(repo.path)
    blobs = list(staged.blobs(git, staged.entries(git)))
    assert [one.rule_id for one in module.staged(blobs, matcher, "", ())] == ["env-tracked"]
    assert list(module.staged(blobs, matcher, "", {"env-tracked"})) == []
