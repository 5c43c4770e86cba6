"""Applying a plan: nothing outside the repository, nothing over what changed, all checks before the first write."""

from __future__ import annotations

import os

import pytest

from keyscan.errors import UsageError
from keyscan.git.command import Git
from keyscan.remediation.apply import apply
from keyscan.remediation.edits import Edit, EditPlan


@pytest.fixture
def applied(repo):
    """Apply edits in a repository."""
    return lambda *edits, untrack=(): apply(str(repo.path), EditPlan(edits, untrack), Git(str(repo.path)))


def test_files_are_written_and_paths_untracked(repo, applied):
    """New and changed files hold what the plan says, and an untracked path stays on disk."""
    repo.stage(".env", "A=1\n")
    repo.write("old", "1")
    applied(Edit("new", None, b"n"), Edit("old", b"1", b"2"), untrack=(".env",))
    assert ((repo.path / "new").read_bytes(), (repo.path / "old").read_bytes()) == (b"n", b"2")
    assert repo.git("ls-files") == b""
    assert (repo.path / ".env").exists()


@pytest.mark.parametrize("path", ["../out", "/out", "a/../../out", ".git/hooks/pre-commit", "sub/.GIT/config", ""])
def test_nothing_is_written_outside_the_work_tree(repo, applied, path):
    """A path out of the work tree, or into git's directory, is refused before anything is written."""
    with pytest.raises(UsageError, match="nothing is changed"):
        applied(Edit("first", None, b"x"), Edit(path, None, b"x"))
    assert not (repo.path / "first").exists()


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_no_link_is_followed(repo, applied, tmp_path):
    """Neither a link in place of the file nor one on the way to it is written through."""
    (tmp_path / "elsewhere").mkdir()
    (repo.path / "dir").symlink_to(tmp_path / "elsewhere")
    (repo.path / "file").symlink_to(tmp_path / "elsewhere" / "target")
    for path in ("dir/x", "file"):
        with pytest.raises(UsageError, match="symbolic link"):
            applied(Edit(path, None, b"x"))
    assert list((tmp_path / "elsewhere").iterdir()) == []


@pytest.mark.skipif(os.name == "nt", reason="pipes have no names there")
def test_a_pipe_is_not_waited_for(repo, applied):
    """A named pipe in the file's place is refused at once."""
    os.mkfifo(repo.path / "pipe")
    with pytest.raises(UsageError, match="not a regular file"):
        applied(Edit("pipe", b"", b"x"))


@pytest.mark.parametrize("now", [None, b"other", b"planned and more"])
def test_a_file_that_changed_since_is_not_overwritten(repo, applied, now):
    """A file that is gone, different or longer than when the plan was made stops the whole plan."""
    if now is not None:
        (repo.path / "a").write_bytes(now)
    with pytest.raises(UsageError, match="has changed since"):
        applied(Edit("first", None, b"x"), Edit("a", b"planned", b"new"))
    assert not (repo.path / "first").exists()
