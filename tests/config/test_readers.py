"""Where configuration is read from: the work tree, the index, a commit."""

from __future__ import annotations

import os

import pytest

from keyscan.config.readers import git_reader, root_of, root_of_paths, tree_reader
from keyscan.errors import ConfigError
from keyscan.git.command import Git


def test_the_root_is_the_nearest_repository(repo, tmp_path, monkeypatch):
    """Of a path inside a repository it is that; of paths in two, the current one."""
    (repo.path / "a" / "b").mkdir(parents=True)
    other = tmp_path / "other"
    (other / ".git").mkdir(parents=True)
    monkeypatch.chdir(repo.path)
    assert root_of(str(repo.path / "a" / "b")) == str(repo.path)
    assert root_of_paths([str(other), "-", "missing"]) == str(other)
    assert root_of_paths([str(other), str(repo.path)]) == root_of()


def test_the_index_and_a_commit_are_read_without_the_work_tree(repo):
    """Each reader gives its own version of a file, and None for one that it does not have."""
    repo.stage(".keyscan.toml", "salt = '1'\n")
    repo.commit()
    repo.stage(".keyscan.toml", "salt = '2'\n")
    (repo.path / ".keyscan.toml").write_text("salt = '3'\n")
    git, root = Git(str(repo.path)), str(repo.path)
    readers = [git_reader(git, "HEAD", root), git_reader(git, "", root), tree_reader(root)]
    assert [read(".keyscan.toml") for read in readers] == [b"salt = '1'\n", b"salt = '2'\n", b"salt = '3'\n"]
    assert [read("nothing.toml") for read in readers] == [None, None, None]
    assert git_reader(git, "HEAD", root, {".keyscan.toml": b"kept"})(".keyscan.toml") == b"kept"


def test_a_directory_or_a_pipe_is_an_error(tmp_path):
    """What is no regular file is named, and never waited for."""
    (tmp_path / "directory").mkdir()
    names = ["directory"]
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        names.append("pipe")
    for name in names:
        with pytest.raises(ConfigError, match=f"{name}: not a regular file"):
            tree_reader(str(tmp_path))(name)
