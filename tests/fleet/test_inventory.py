"""Which repositories a fleet has: lists, directories, filters; and which locations are never used."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from helpers.repository import Repo

from keyscan.errors import UsageError
from keyscan.fleet import inventory
from keyscan.fleet.inventory import Filters, distinct, from_directory, from_list, located
from keyscan.fleet.model import Repository

BASE = Path("/base")


@pytest.mark.parametrize(
    "location",
    [
        "ext::sh -c touch% /x",
        "fd::7",
        "http://example.org/a.git",
        "git://example.org/a.git",
        "ftp://example.org/a.git",
        "--upload-pack=touch x",
        "https:///a.git",
        "file://host/a.git",
        "https://[::1/a.git",
        "a\x1bb",
    ],
)
def test_locations_that_are_never_used(location):
    """Remote helpers, plain-text protocols, options, and URLs without a host are refused."""
    with pytest.raises(UsageError):
        located(location, BASE)


def test_credentials_in_a_url_are_refused_and_not_repeated():
    """The message does not hold the password."""
    with pytest.raises(UsageError) as caught:
        located("https://user:hunter2hunter2@example.org/a.git", BASE)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("location", "name", "local"),
    [
        ("https://example.org/team/app.git", "team/app", False),
        ("ssh://git@example.org/team/app.git", "team/app", False),
        ("git@example.org:team/app.git", "team/app", False),
        ("file:///srv/git/app.git", "git/app", False),
        ("clones/app", "clones/app", True),
    ],
)
def test_locations(location, name, local):
    """URLs of three schemes, git's short form of ssh, and paths."""
    found = located(location, BASE)
    assert (found.name, found.local) == (name, local)


def test_a_query_is_dropped():
    """A token in a query does not stay in the location."""
    assert located("https://example.org/a/b.git?private_token=abc", BASE).location == "https://example.org/a/b.git"


def test_a_list():
    """One a line, with a branch, comments and blank lines; paths are relative to the list."""
    found = from_list("# fleet\n\nhttps://example.org/a/b.git main  # ours\nclones/c\n", "list.txt", BASE)
    assert [(one.location, one.branch) for one in found] == [
        ("https://example.org/a/b.git", "main"),
        ("/base/clones/c", ""),
    ]


def test_a_wrong_line_is_named():
    """Source and line number stand in the message."""
    with pytest.raises(UsageError, match=r"list\.txt:2: "):
        from_list("https://example.org/a/b.git\next::sh -c x\n", "list.txt", BASE)


def test_directories(tmp_path):
    """Work trees and bare repositories are found; a link is not followed; what is inside a repository is its own."""
    Repo(tmp_path / "fleet" / "team" / "app")
    Repo(tmp_path / "fleet" / "bare.git", "--bare")
    Repo(tmp_path / "fleet" / "team" / "app" / "vendored")
    Repo(tmp_path / "elsewhere")
    (tmp_path / "fleet" / "link").symlink_to(tmp_path / "elsewhere")
    assert [one.name for one in from_directory(tmp_path / "fleet")] == ["bare.git", "team/app"]


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        (Filters(), ""),
        (Filters(include=("team/*",)), ""),
        (Filters(include=("other/*",)), "no --include pattern matches its name"),
        (Filters(exclude=("*/app",)), "an --exclude pattern matches its name"),
        (Filters(archived=False), "archived"),
        (Filters(forks=False), "a fork"),
        (Filters(visibility="public"), "its visibility is private"),
        (Filters(pushed_since="2026-02-01"), "last pushed 2026-01-31"),
        (Filters(pushed_since="2026-01-31"), ""),
    ],
)
def test_filters(filters, reason):
    """Each filter says why it leaves a repository out."""
    one = Repository("team/app", "x", archived=True, fork=True, visibility="private", pushed_at="2026-01-31T10:00:00Z")
    assert filters.reason(one) == reason


def test_each_repository_once():
    """The same address with and without `.git` is one repository; another branch is another."""
    found = [
        Repository("a", "https://h/a.git"),
        Repository("a", "https://h/a"),
        Repository("a", "https://h/a", branch="b"),
    ]
    assert [(one.location, one.branch) for one in distinct(found)] == [("https://h/a.git", ""), ("https://h/a", "b")]


def test_what_a_repository_stores(tmp_path):
    """The bytes of packs and about those of loose objects, bare or not; nothing where there is no repository."""
    repo = Repo(tmp_path / "app")
    assert inventory.stored_size(repo.path) == 0
    assert not inventory.has_packs(repo.path)
    for number in range(20):
        repo.stage(f"{number}", os.urandom(20000))
    repo.commit()
    repo.git("repack", "-adq")
    assert 400_000 < inventory.stored_size(repo.path) < 500_000
    assert inventory.has_packs(repo.path)
    assert inventory.stored_size(repo.path / ".git") == inventory.stored_size(repo.path)
    assert inventory.stored_size(tmp_path / "nothing") == 0
