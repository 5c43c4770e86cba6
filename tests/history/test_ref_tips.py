"""Which refs still have a blob at their tip."""

from __future__ import annotations

import pytest

from keyscan.git.command import Git
from keyscan.history import ref_tips as module
from keyscan.history.ref_tips import RefTips, ref_tips


@pytest.fixture
def history(repo):
    """The old version of a file on a branch, a tag and a pull request, the new one on main."""
    repo.stage("a", "old\n")
    repo.commit()
    repo.git("branch", "keep")
    repo.git("tag", "v1")
    repo.git("update-ref", "refs/pull/7/head", "HEAD")
    repo.git("update-ref", "refs/remotes/origin/main", "HEAD")
    repo.git("symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/main")
    repo.stage("a", "new\n")
    repo.commit()
    return repo


def blob(repo, revision: str) -> bytes:
    """The id of a blob."""
    return repo.git("rev-parse", revision).strip()


def test_branches_first_by_their_short_names(history):
    """A blob that a branch has is not looked for in other refs; symbolic heads do not count."""
    old = blob(history, "keep:a")
    assert ref_tips(Git(history.path), [(b"a", old)]).refs == {old: ["keep", "origin/main"]}


def test_a_blob_of_no_branch_is_looked_for_elsewhere(history):
    """Pull requests and tags are named, too."""
    old = blob(history, "keep:a")
    history.git("branch", "-qD", "keep")
    history.git("update-ref", "-d", "refs/remotes/origin/main")
    assert ref_tips(Git(history.path), [(b"a", old)]).refs == {old: ["pull/7/head", "tags/v1"]}


def test_the_blobs_of_head(history):
    """HEAD's own branch is not listed again as a ref."""
    new = blob(history, "HEAD:a")
    found = ref_tips(Git(history.path), [(b"a", new)])
    assert found == RefTips(frozenset({new}), {})


def test_nothing_to_look_for(history):
    """Git is not asked at all."""
    assert ref_tips(Git(history.path / "no such directory"), []) == RefTips()


def test_an_unborn_head(repo):
    """A repository without a commit has no tips."""
    assert ref_tips(Git(repo.path), [(b"a", b"1" * 40)]) == RefTips()


def test_lookups_are_bounded(history, monkeypatch):
    """With many refs, blobs that no branch or tag has are not asked of each of them."""
    monkeypatch.setattr(module, "_MAX_LOOKUPS", 1)
    monkeypatch.setattr(module, "_MAX_LATER_LOOKUPS", 1)
    old, new = blob(history, "keep:a"), blob(history, "HEAD:a")
    found = ref_tips(Git(history.path), [(b"a", old), (b"gone", b"1" * 40)])
    assert found.head == {new}
    assert sum(len(names) for names in found.refs.values()) <= 2
