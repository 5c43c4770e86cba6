"""What a push brings, from what git says of it."""

from __future__ import annotations

import pytest

from keyscan.errors import UsageError
from keyscan.git.command import Git
from keyscan.sources import push

NEW, OLD, ZERO = b"a" * 40, b"b" * 40, b"0" * 40


def test_a_local_ref_may_have_spaces():
    """`git push origin 'HEAD@{1 day ago}:refs/heads/x'` names it as the user did."""
    line = b"HEAD@{1 day ago} " + NEW + b" refs/heads/x " + OLD + b"\n"
    assert push.pre_push(line) == [push.Update(b"refs/heads/x", NEW, OLD)]
    assert push.pre_push(b"(delete) " + ZERO + b" refs/heads/x " + OLD + b"\n") == []


@pytest.mark.parametrize("line", [b"a b c", b"refs/heads/x abc refs/heads/x def", NEW + b" " + NEW])
def test_other_lines_are_refused(line):
    """What git would not say is no empty push."""
    with pytest.raises(UsageError):
        push.pre_push(line + b"\n")


@pytest.mark.parametrize(
    ("fetched", "pushed", "known"),
    [
        ("https://example.org/a/b.git", "", True),
        ("https://example.org/a/b.git", "git@example.org:a/b", True),
        ("ssh://git@example.org:22/a/b", "https://user@EXAMPLE.org/a/b.git", True),
        ("https://example.org/a/b.git", "https://other.example/a/b.git", False),
        ("https://example.org/a/b.git", "git@example.org:public/b.git", False),
        ("../there", "file:///somewhere/else", False),
    ],
)
def test_a_remote_is_known_to_have_what_was_fetched_from_where_is_pushed(repo, fetched, pushed, known):
    """Its branches say nothing of another server's, nor of another repository there."""
    repo.git("remote", "add", "origin", fetched)
    if pushed:
        repo.git("config", "remote.origin.pushurl", pushed)
    git = Git(repo.path)
    assert bool(push.known_to(git, "origin", "")) is known
    assert bool(push.known_to(git, "origin", pushed or fetched)) is known
    assert push.known_to(git, "--all", "") == ()


@pytest.mark.parametrize(
    ("name", "refspec", "known"),
    [
        ("origin/fork", "+refs/heads/*:refs/remotes/origin/fork/*", False),
        ("other", "+refs/heads/*:refs/remotes/origin/*", False),
        ("other", "+refs/heads/*:refs/remotes/*", False),
        ("other", "refs/*:refs/*", False),
        ("other", "refs/heads/main:refs/remotes/origin/main", False),
        ("other", "+refs/heads/*:refs/remotes/other/*", True),
        ("origins", "+refs/heads/*:refs/remotes/origins/*", True),
        ("other", "^refs/heads/x", True),
        ("other", "refs/heads/main", True),
    ],
)
def test_branches_that_another_remote_may_have_brought_say_nothing(repo, name, refspec, known):
    """What one server has would be taken for known to the other."""
    repo.git("remote", "add", "origin", "https://forge.example/a/b.git")
    repo.git("config", f"remote.{name}.url", "https://elsewhere.example/c.git")
    repo.git("config", f"remote.{name}.fetch", refspec)
    assert bool(push.known_to(Git(repo.path), "origin", "https://forge.example/a/b.git")) is known
