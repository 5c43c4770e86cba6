"""`keyscan install`: hooks into a repository and out again."""

from __future__ import annotations

import os
import stat

import pytest

from keyscan.cli.commands import install


def hook(repo):
    """The commit hook's file."""
    return repo.path / ".git/hooks/pre-commit"


def test_a_hook_is_written_once_and_removed(repo, run):
    """It is executable, and removed again."""
    assert run("install", cwd=repo.path).code == 0
    assert stat.S_IMODE(hook(repo).stat().st_mode) & 0o111
    assert "staged" in hook(repo).read_text()
    assert run("install", cwd=repo.path).code == 0
    assert run("install", "--remove", cwd=repo.path).code == 0
    assert not hook(repo).exists()


def test_a_hook_that_was_there_is_kept_and_comes_back(repo, run):
    """It runs first; `--remove` puts it back."""
    hook(repo).parent.mkdir(exist_ok=True)
    hook(repo).write_text("#!/bin/sh\nexit 0\n")
    os.chmod(hook(repo), 0o700)
    done = run("install", cwd=repo.path)
    assert "kept the hook that was there" in done.out
    assert run("install", "--remove", cwd=repo.path).code == 0
    assert hook(repo).read_text() == "#!/bin/sh\nexit 0\n"


def test_outside_a_repository(run, tmp_path):
    """One line, exit 3."""
    done = run("install", cwd=tmp_path)
    assert done.code == 3
    assert "not a git repository" in done.err


def test_a_pushs_hook_hands_its_input_to_both():
    """What git writes to it reaches the hook that was there, and keyscan."""
    made = install.script("pre-push")
    assert made.count("printf %s") == 3
    assert "printf" not in install.script("pre-commit")


@pytest.mark.parametrize(("path", "said"), [("", "is empty"), (os.devnull, "no directory"), ("a.py", "no directory")])
def test_a_hooks_path_that_is_no_directory(repo, run, path, said):
    """Git runs no hook there: nothing is written that seems to be one."""
    repo.stage("a.py", "x = 1\n")
    repo.git("config", "core.hooksPath", path)
    done = run("install", cwd=repo.path)
    assert done.code == 2
    assert said in done.err
    assert sorted(file.name for file in repo.path.iterdir()) == [".git", "a.py"]
