"""What a rewriting would change, told by git itself; a mirror that brings nothing along."""

from __future__ import annotations

import pytest

from keyscan.errors import GitError
from keyscan.git import rewriting
from keyscan.git.command import Git


def test_descendants_over_merges(repo):
    """A commit changes all that come after it, on every branch, and none before."""
    first = repo.commit("a")
    second = repo.commit("b")
    repo.git("checkout", "-q", "-b", "side", first)
    side = repo.commit("c")
    repo.git("merge", "-q", "--no-ff", "-m", "m", "main")
    merge = repo.git("rev-parse", "HEAD").decode().strip()
    git = Git(repo.path)
    assert rewriting.with_descendants(git, [second]) == {second, merge}
    assert rewriting.with_descendants(git, [side]) == {side, merge}
    assert rewriting.commit_count(git) == 4


def test_refs_with_the_commit_behind_a_tag(repo):
    """An annotated tag is told with its commit."""
    commit = repo.commit("a")
    repo.git("tag", "-a", "-m", "x", "v 1".replace(" ", "-"))
    found = {ref.name: ref for ref in rewriting.refs(Git(repo.path))}
    assert found["refs/tags/v-1"].kind == "tag"
    assert found["refs/tags/v-1"].commit == commit
    assert found["refs/heads/main"].oid == commit


def test_mirror_refuses_a_directory_with_something_in_it(repo, tmp_path):
    """Nothing is written over."""
    repo.commit("a")
    (tmp_path / "there").mkdir()
    (tmp_path / "there" / "x").write_text("")
    with pytest.raises(GitError, match="not empty"):
        rewriting.mirror(Git(repo.path), str(tmp_path / "there"))
