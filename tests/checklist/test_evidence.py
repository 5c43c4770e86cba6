"""What is gathered for the checklist."""

from __future__ import annotations

import os
import time

import pytest

from keyscan.api import Scanner
from keyscan.checklist import evidence


@pytest.fixture
def facts(repo):
    """What is known of the repository now."""

    def facts():
        return evidence.facts(str(repo.path), Scanner.default(), 90)

    return facts


def test_a_repository_without_anything(facts):
    """No commit, no file: nothing is found, and the history says why."""
    made = facts()
    assert (made.source, made.hygiene, made.old, made.old_why) == ([], (), (), "there is no commit yet")
    assert (made.env_ignored, made.hook[0], made.pipelines, made.managers) == ("", False, [], [])


def test_source_history_and_environment_files_apart(repo, facts, anthropic_key):
    """A key in the code, one in the history, a real .env with its age."""
    repo.stage("old.py", f'key = "{anthropic_key}"\n')
    repo.commit()
    repo.git("rm", "-q", "old.py")
    repo.stage(".gitignore", ".env\n")
    repo.commit()
    repo.write(".env", f"ANTHROPIC_API_KEY={anthropic_key}\n")
    before = time.time() - 100 * 86_400
    os.utime(repo.path / ".env", (before, before))
    made = facts()
    assert made.source == []
    assert [finding.origin.path for finding in made.old] == ["old.py"]
    assert made.real_files == [(".env", "", 100)]
    assert ".gitignore:1" in made.env_ignored


def test_hook_pipelines_and_managers(repo, facts):
    """What runs keyscan, and which file names a secret manager."""
    repo.stage(".github/workflows/ci.yml", "run: keyscan ci\n")
    repo.stage(".gitlab-ci.yml", "script: make\n")
    repo.stage("deploy/.sops.yaml", "creation_rules: []\n")
    repo.stage(".pre-commit-config.yaml", "id: keyscan\n")
    repo.commit()
    made = facts()
    assert sorted(made.pipelines) == [(".github/workflows/ci.yml", True), (".gitlab-ci.yml", False)]
    assert made.managers == ["deploy/.sops.yaml (SOPS)"]
    assert made.hook == (
        False,
        ".pre-commit-config.yaml names keyscan, but no hook is installed here (pre-commit install)",
    )
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\nexec pre-commit\n")
    assert facts().hook[0]
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\nexec keyscan staged\n")
    assert facts().hook == (True, "the pre-commit hook runs keyscan")


def test_a_vendored_workflow_runs_nothing(repo, facts):
    """A workflow counts where its system reads it: at the root, or where the system's settings may point."""
    for path in ("vendor/lib/.github/workflows/ci.yml", "sub/.gitlab-ci.yml", "ci/Jenkinsfile", ".travis.yml"):
        repo.stage(path, "run: keyscan ci\n")
    repo.commit()
    assert sorted(facts().pipelines) == [(".travis.yml", True), ("ci/Jenkinsfile", True)]


def test_a_shallow_history_is_not_told(repo, tmp_path):
    """None, and why."""
    repo.commit()
    repo.commit()
    repo.git("clone", "-q", "--depth=1", f"file://{repo.path}", str(tmp_path / "shallow"))
    made = evidence.facts(str(tmp_path / "shallow"), Scanner.default(), 90)
    assert made.old is None
    assert "shallow" in made.old_why
