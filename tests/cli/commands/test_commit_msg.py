"""The message of a commit is scanned like what it commits."""

from __future__ import annotations

import subprocess
import sys

import pytest
from helpers.agent_events import key

from keyscan.catalog.commit_messages import without_diff

SCISSORS = "# ------------------------ >8 ------------------------\n"
EXPLAINED = SCISSORS + "# Do not modify or remove the line above.\n# Everything below it will be ignored.\n"


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
    repo.write("m", f"Remove key\n# Changes\n{EXPLAINED}diff --git a/x b/x\n-K = '{key()}'\n")
    assert run("commit-msg", "m", cwd=repo.path).code == 0
    repo.write("m", f"Remove key\n# {key()}\n{EXPLAINED}")
    assert run("commit-msg", "m", cwd=repo.path).code == 1


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        (f"a\n{EXPLAINED}b", "a\n"),
        (f"a\n{EXPLAINED.replace('#', ';')}b", "a\n"),
        (f"a\n{EXPLAINED}b".replace("\n", "\r\n"), "a\r\n"),
        (f"a\n{SCISSORS}b", None),
        (f"a\n{SCISSORS}", None),
        (f"a\nsee {SCISSORS[2:]}b", None),
        (f"a\nprose with {EXPLAINED}b", None),
        ("a\n", None),
    ],
)
def test_scissors(text, kept):
    """Only a comment line with the scissors and git's explanation below it ends the message."""
    assert without_diff(text.encode()).decode() == (text if kept is None else kept)
    assert without_diff(text.encode(), edited=False).decode() == text


@pytest.mark.skipif(sys.platform == "win32", reason="runs a POSIX hook")
@pytest.mark.parametrize("cleanup", ["default", "scissors", "verbatim"])
def test_what_is_below_scissors_stays_in_a_message_that_nobody_edits(run, repo, monkeypatch, cleanup):
    """With -m git cuts nothing off, whatever the cleanup: a key below the scissors would be in the commit."""
    assert run("install", cwd=repo.path).code == 0
    argv = ["git", "commit", "--allow-empty", f"--cleanup={cleanup}", "-m", f"a\n{EXPLAINED}{key()}"]
    done = subprocess.run(argv, cwd=repo.path, capture_output=True, check=False, text=True)
    assert done.returncode != 0
    repo.stage("a.txt", "x\n")
    argv = ["git", "commit", f"--cleanup={cleanup}", "-v"]
    monkeypatch.setenv("GIT_EDITOR", f'sh -c \'sed -i "1i text" "$1"; echo {key()} >> "$1"\' -')
    done = subprocess.run(argv, cwd=repo.path, capture_output=True, check=False, text=True)
    assert done.returncode == 0, done.stderr
    assert key() not in repo.git("log", "--format=%B").decode()


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
