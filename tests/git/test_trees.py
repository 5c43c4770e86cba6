"""Which blobs are in trees: of a commit, and at the tips of refs."""

from __future__ import annotations

import pytest

from keyscan.errors import GitError
from keyscan.git import trees
from keyscan.git.command import Git


def oid_of(repo, revision: str) -> bytes:
    """The id that a revision names."""
    return repo.git("rev-parse", revision).strip()


@pytest.fixture
def history(repo):
    """A file that changed, and a branch that still has the old version."""
    repo.stage("dir/a", "old\n")
    repo.commit()
    repo.git("branch", "old")
    repo.stage("dir/a", "new\n")
    repo.stage("b", "b\n")
    repo.commit()
    return repo


def test_blobs_of_one_tree(history):
    """All blobs of sub-directories too, and none of another commit."""
    git = Git(history.path)
    assert trees.blobs_at(git, b"HEAD") == {oid_of(history, "HEAD:dir/a"), oid_of(history, "HEAD:b")}
    assert trees.blobs_at(git, b"old") == {oid_of(history, "old:dir/a")}
    with pytest.raises(GitError, match="git ls-tree failed"):
        trees.blobs_at(git, b"gone")


def test_blobs_at_tips(history):
    """What any branch or tag still holds; what only a commit before has is left out."""
    git = Git(history.path)
    assert trees.blobs_at_tips(git) == {oid_of(history, rev) for rev in ("HEAD:dir/a", "HEAD:b", "old:dir/a")}
    history.git("branch", "-qD", "old")
    assert oid_of(history, "HEAD~:dir/a") not in trees.blobs_at_tips(git)


def test_which_refs_still_have_a_blob_at_its_path(history):
    """A ref counts when the very blob stands at the very path."""
    old, new = oid_of(history, "old:dir/a"), oid_of(history, "HEAD:dir/a")
    refs = [(name, oid_of(history, name.decode())) for name in (b"main", b"old")]
    git = Git(history.path)
    assert list(trees.still_present(git, refs, [(b"dir/a", old)])) == [(b"old", old)]
    assert list(trees.still_present(git, refs, [(b"dir/a", new), (b"gone", new)])) == [(b"main", new)]
    assert list(trees.still_present(git, refs, [(b"a\nb", old)])) == []
    assert list(trees.still_present(git, [], [(b"dir/a", old)])) == []
