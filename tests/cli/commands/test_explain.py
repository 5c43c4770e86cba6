"""`keyscan explain`: what it says of a rule and of a finding, and never the secret."""

from __future__ import annotations

import json
import shutil
import subprocess

import pytest

from keyscan.remediation import guidance as advice
from keyscan.ruleset import cache

RULE = "anthropic-api-key"


def test_an_unknown_name_is_an_error(repo, run):
    """Neither a rule nor a fingerprint: one line with the nearest name."""
    result = run("explain", "anthropic-api-kye", cwd=repo.path)
    assert result.code == 2
    assert f"did you mean {RULE}?" in result.err
    assert run("explain", f"{RULE}:xyz", cwd=repo.path).code == 2


def test_a_rule_is_explained_in_order(repo, run):
    """New key, environment, deploy, verify, revoke, usage, history: and why revoking comes before cleaning."""
    out = run("explain", RULE, cwd=repo.path).out
    order = [
        "Create a new key: https://",
        "ANTHROPIC_API_KEY",
        "Deploy",
        "Verify",
        "Revoke the old key",
        "usage",
        "git filter-repo",
    ]
    places = [out.index(text) for text in order]
    assert places == sorted(places)
    assert "Why revoking comes first" in out


def test_every_rule_is_explained():
    """No rule is without a way to go on."""
    for rule in cache.load_rules([]):
        assert list(advice.why(rule, []))
        assert list(advice.steps(rule, []))


def test_a_fingerprint_is_found_in_files_and_in_the_history(repo, run, anthropic_key):
    """The places of that secret, its evidence, and the commit that brought it; nothing of the secret itself."""
    repo.stage("app/.env", f"K={anthropic_key}\n")
    repo.commit()
    found = json.loads(run("scan", "-f", "json", cwd=repo.path).out)["findings"]
    mark = next(finding["fingerprint"] for finding in found if finding["rule"] == RULE)
    result = run("explain", mark, cwd=repo.path)
    assert "Found: app/.env:1:3" in result.out
    assert "--invert-paths --path app/.env" in result.out
    repo.git("rm", "-q", "app/.env")
    repo.commit()
    result = run("explain", mark, cwd=repo.path)
    assert "First committed 2026-01-02" in result.out
    assert anthropic_key[14:] not in result.out
    assert "is neither in a file nor in the history" in run("explain", f"{RULE}:{'0' * 20}", cwd=repo.path).out


@pytest.mark.parametrize("paths", [[], ["a.py"], [".env", "x y.py"], ["conf/.env.local"]])
def test_the_cleaning_commands_are_valid_shell(paths):
    """Every line parses as shell, so that it can be pasted."""
    script = "\n".join(advice.cleaning(paths))
    assert subprocess.run(["bash", "-n"], input=script.encode(), check=False).returncode == 0
    assert "filter-repo" in script


@pytest.mark.skipif(not shutil.which("git-filter-repo"), reason="git-filter-repo is not installed")
def test_the_cleaning_commands_clean(repo, run, tmp_path, anthropic_key):
    """Run as they are printed, they leave a history in which nothing is found."""
    repo.stage("a.py", f"k = '{anthropic_key}'\n")
    repo.commit()
    repo.stage("a.py", "k = 1\n")
    repo.commit()
    lines = [line for line in advice.cleaning(["a.py"]) if not line.startswith(("keyscan", "git push"))]
    script = "\n".join(lines).replace("URL", str(repo.path)).replace("clone --mirror", "clone --mirror --no-local")
    work = tmp_path / "work"
    work.mkdir()
    subprocess.run(
        ["bash", "-ec", script], cwd=work, input=f"{anthropic_key}\n".encode(), check=True, capture_output=True
    )
    assert run("history", cwd=repo.path).code == 1
    assert run("history", "clean.git", cwd=work).code == 0


def test_generic_rules_print_how_their_findings_are_judged(run, tmp_path):
    """The table of points is told with every rule that is judged by it, and with no other."""
    assert "points for and against" in run("explain", "generic-quoted-secret", cwd=tmp_path).out
    assert "points for and against" not in run("explain", RULE, cwd=tmp_path).out
