"""Git's answers on files of secrets: tracked, untracked, ignored by which rule."""

from __future__ import annotations

import pytest

from keyscan.errors import GitError
from keyscan.hygiene import worktree
from keyscan.model.blob import Skip


def tree(repo, extra=()):
    """The outermost repository."""
    return next(worktree.trees(str(repo.path), extra))


def test_tracked_and_untracked_candidates(repo):
    """Of the family, wherever they lie; other people's directories are left out."""
    repo.stage("api/.env", "A=b\n")
    repo.stage("main.py", "x\n")
    for name in (".env.local", "node_modules/x/.env", "notes.txt", "deep/er/.env"):
        repo.write(name, "A=b\n")
    found = tree(repo)
    assert list(found.family) == ["api/.env"]
    assert found.family["api/.env"] == ("100644", repo.git("rev-parse", ":api/.env").decode().strip())
    assert sorted(found.untracked) == [".env.local", "deep/er/.env"]
    assert sorted(found.tracked) == ["api/.env", "main.py"]
    assert tree(repo, ("notes.*",)).untracked.count("notes.txt") == 1


def test_ignored_files_are_candidates_too(repo):
    """Ignored or not, they are listed, and the rule that decides is known; a file need not exist."""
    repo.write(".gitignore", ".env*\n!.env.example\n")
    repo.write(".env.local", "A=b\n")
    found = tree(repo)
    assert ".env.local" in found.untracked
    rules = worktree.ignored(found, [".env.local", ".env", ".env.example", "other"])
    assert (rules[".env"].line, rules[".env.example"].negated) == (1, True)
    assert "other" not in rules


def test_agents_configuration(repo):
    """Tracked configuration of agents is a candidate of its own."""
    repo.stage(".mcp.json", "{}")
    assert tree(repo).agents == [".mcp.json"]


def test_what_is_new_in_the_index(repo):
    """Everything before the first commit, then what HEAD does not have."""
    repo.stage(".env", "A=b\n")
    assert worktree.new_in_index(tree(repo)) == {".env"}
    repo.commit()
    repo.stage("sub/.env", "A=b\n")
    assert worktree.new_in_index(tree(repo)) == {"sub/.env"}


def test_submodules_that_git_cannot_read_are_named(repo):
    """The outermost repository is an error, a submodule a Skip."""
    head = repo.commit()
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{head},broken")
    repo.write("broken/.git", "gitdir: /nowhere\n")
    _, skip = worktree.trees(str(repo.path))
    assert isinstance(skip, Skip)
    assert (skip.path, skip.incomplete) == ("broken", True)
    with pytest.raises(GitError):
        list(worktree.trees(str(repo.path / "broken")))


def test_letters_whose_case_changes_their_length():
    """The sieve over all paths then lets every path through."""
    assert worktree.candidates(["İ/.env", "a.txt"]) == ["İ/.env"]
    assert worktree.candidates(["a/.ENV", "b/.env.local", "c.txt"]) == ["a/.ENV", "b/.env.local"]
