"""Work trees: their roots and submodules, and paths that no link leads out of them."""

from __future__ import annotations

import os

import pytest

from keyscan.errors import GitError
from keyscan.git import worktree
from keyscan.git.command import Git


def test_the_root_of_a_directory(repo, tmp_path):
    """The root is found from below; outside of a work tree there is an error."""
    (repo.path / "a/b").mkdir(parents=True)
    assert worktree.root_of(str(repo.path / "a/b")) == str(repo.path)
    with pytest.raises(GitError):
        worktree.root_of(str(tmp_path))


def test_submodules_that_are_checked_out(repo):
    """A submodule counts when its directory has a .git; an empty one does not."""
    head = repo.commit()
    for name in ("here", "empty"):
        repo.git("update-index", "--add", "--cacheinfo", f"160000,{head},{name}")
    type(repo)(repo.path / "here")
    (repo.path / "empty").mkdir()
    assert list(worktree.submodules(Git(repo.path))) == ["here"]


def test_gitlinks_of_an_index():
    """Only records of the mode count: a path that looks like one does not."""
    oid = b"1" * 40
    index = (
        b"100644 " + oid + b" 0\t160000 name\0" + b"160000 " + oid + b" 0\tsub dir\0" + b"160000 " + oid + b" 0\tz\0"
    )
    assert list(worktree.gitlinks(index)) == ["sub dir", "z"]
    assert list(worktree.gitlinks(b"")) == []


def test_a_directory_that_is_no_repository_of_its_own(repo):
    """A broken .git below a repository would make git take the outer one."""
    (repo.path / "sub/.git").mkdir(parents=True)
    worktree.check_own_repository(str(repo.path))
    with pytest.raises(GitError, match=r"its \.git is not a repository's"):
        worktree.check_own_repository(str(repo.path / "sub"))


@pytest.mark.parametrize("name", ["/etc", "..", "a/../b", "a//b", "./a", "", "a/."])
def test_names_that_lead_out(tmp_path, name):
    """Absolute names and names with empty, `.` or `..` parts are not inside."""
    assert not worktree.is_inside(str(tmp_path), name)


def test_links_lead_out(tmp_path):
    """No part of a path may be a link, wherever it points; a name that is not there yet is inside."""
    (tmp_path / "real").mkdir()
    os.symlink(tmp_path / "real", tmp_path / "link")
    assert worktree.is_inside(str(tmp_path), "real/new")
    assert not worktree.is_inside(str(tmp_path), "link")
    assert not worktree.is_inside(str(tmp_path), "link/new")
    (tmp_path / "real/.git").write_text("gitdir: x")
    assert worktree.is_checked_out(str(tmp_path), "real")
    assert not worktree.is_checked_out(str(tmp_path), "link")
