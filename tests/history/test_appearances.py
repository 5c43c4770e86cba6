"""Which commit wrote which blob at which path."""

from __future__ import annotations

import pytest

from keyscan.git import objects
from keyscan.git.command import Git
from keyscan.git.objects import Listed
from keyscan.history import appearances
from keyscan.history.appearances import Appearances


def test_the_diffs_of_all_commits_name_all_blobs(repo):
    """What commits wrote is what git reaches from them: merges that take from either side, moves, deletions, modes."""
    for number in range(4):
        repo.stage("a", f"{number}\n")
        repo.stage(f"dir/{number}", "same\n")
        repo.commit()
    repo.git("checkout", "-q", "-b", "side", "HEAD~2")
    repo.stage("a", "side\n")
    repo.git("mv", "dir/0", "moved")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-commit", "-s", "ours", "side")
    repo.stage("a", "both\n")
    repo.git("rm", "-q", "dir/1")
    repo.git("update-index", "--chmod=+x", "dir/2")
    repo.commit()
    git = Git(repo.path)
    commits = objects.commits(git, objects.Selection(("--all",))).ids
    written = appearances.appearances(git, commits, 1)
    reached = {item.oid for item in objects.reachable(git, objects.Selection(("--all",)))}
    assert {item.oid for item in written.listed()} == set(written.blobs) == reached
    for age, blob, path in written.locations(reached):
        assert repo.git("rev-parse", commits[age] + b":" + path).strip() == blob


def test_the_youngest_writing_of_a_blob_names_it():
    """A blob is listed once, at the path where it was written last, with that commit's age."""
    made = Appearances()
    made.add([0, 1], [b"blob", b"other"], [b"new", b"x"])
    made.add([5], [b"blob"], [b"old"])
    assert list(made.listed()) == [Listed(b"blob", b"new"), Listed(b"other", b"x")]
    assert (len(made), made.age(made.blobs[b"blob"])) == (2, 0)
    assert list(made.locations({b"blob"})) == [(0, b"blob", b"new"), (5, b"blob", b"old")]
    assert list(made.locations({b"gone"})) == []


def test_batches_of_commits_are_joined_in_order(repo, monkeypatch):
    """However many commits a worker takes at a time, ages are those of the whole list."""
    monkeypatch.setattr(appearances, "BATCH", 2)
    for number in range(5):
        repo.stage("a", f"{number}\n")
        repo.commit()
    git = Git(repo.path)
    commits = objects.commits(git, objects.Selection(("--all",))).ids
    written = appearances.appearances(git, commits, 2)
    found = {blob: age for age, blob, _ in written.locations(set(written.blobs))}
    assert found == {repo.git("rev-parse", f"HEAD~{age}:a").strip(): age for age in range(5)}


@pytest.mark.parametrize("reason", ["missing", "many"])
def test_a_history_that_git_cannot_tell_or_that_is_too_long_is_left_to_git(repo, monkeypatch, reason):
    """None, never a part of what commits wrote."""
    repo.stage("a", "1\n")
    commits = [repo.commit().encode()]
    if reason == "missing":
        tree = repo.git("rev-parse", "HEAD^{tree}").decode().strip()
        (repo.path / ".git/objects" / tree[:2] / tree[2:]).unlink()
    else:
        monkeypatch.setattr(appearances, "MAX_COMMITS", 0)
    assert appearances.appearances(Git(repo.path), commits, 1) is None
