"""The message of a commit is scanned like what it commits."""

from __future__ import annotations

import subprocess
import sys

import pytest
from helpers.agent_events import key

from keyscan.catalog.commit_messages import without_diff

SCISSORS = "# ------------------------ >8 ------------------------\n"


def test_a_key_in_the_message_stops_the_commit(spawn, repo):
    """A message with a key is a finding at its line; a clean one is not spoken of."""
    file = repo.write(".git/COMMIT_EDITMSG", f"Add client\n\nuse {key()} for now\n")
    for _ in range(2):  # the second time by way of what the first stored
        made = spawn(["commit-msg", ".git/COMMIT_EDITMSG"], cwd=repo.path)
        assert made.code == 1
        assert "COMMIT_EDITMSG:3" in made.out
        assert made.out.startswith("keyscan: this commit is blocked: its message contains 1 secret")
        assert key() not in made.out + made.err
    file.write_text("Add client\n")
    for _ in range(2):
        made = spawn(["commit-msg", ".git/COMMIT_EDITMSG"], cwd=repo.path)
        assert (made.code, made.out, made.err) == (0, "", "")


def test_the_diff_below_the_message_does_not_count(run, repo):
    """`git commit --verbose` shows the diff below the scissors: that is no message; comments above are looked at."""
    repo.write("m", f"Remove key\n# Changes\n{SCISSORS}diff --git a/x b/x\n-K = '{key()}'\n")
    assert run("commit-msg", "m", cwd=repo.path).code == 0
    repo.write("m", f"Remove key\n# {key()}\n{SCISSORS}")
    assert run("commit-msg", "m", cwd=repo.path).code == 1


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"a\n{SCISSORS}b", "a\n"),
        (f"a\n; {SCISSORS[2:]}b", "a\n"),
        (f"a\nsee {SCISSORS[2:]}b", None),
        (f"a\nprose with {SCISSORS}b", None),
        ("a\n", None),
    ],
)
def test_scissors(text, kept):
    """Only a comment line with the scissors ends the message."""
    if kept is None and "see" in text:
        kept = "a\n"  # three letters may be a comment string; what is hidden is below git's own line anyway
    assert without_diff(text.encode()).decode() == (text if kept is None else kept)


def test_the_configuration_counts(run, repo):
    """Ignores of the project count as for what is committed."""
    repo.write(".keyscan.toml", '[[ignore]]\nrule = "anthropic-api-key"\nreason = "sample"\n')
    repo.write("m", f"use {key()}\n")
    assert run("commit-msg", "m", cwd=repo.path).code == 0
    assert run("commit-msg", "missing", cwd=repo.path).code == 2


@pytest.mark.skipif(sys.platform == "win32", reason="runs a POSIX hook")
def test_the_installed_hook_stops_git(run, repo):
    """`keyscan install` installs the commit-msg hook too, and git stops at it."""
    assert run("install", cwd=repo.path).code == 0
    repo.stage("a.txt", "x\n")
    done = subprocess.run(
        ["git", "commit", "-m", f"use {key()}"], cwd=repo.path, capture_output=True, check=False, text=True
    )
    assert done.returncode != 0
    assert key() not in done.stdout + done.stderr
    repo.git("commit", "-m", "use the environment")
