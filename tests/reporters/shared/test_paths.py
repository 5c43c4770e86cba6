"""Paths and addresses as URIs, with nothing that only this machine knows."""

from __future__ import annotations

import pytest
from helpers import reports

from keyscan.reporters.shared import paths
from keyscan.reporters.shared.paths import Place


@pytest.mark.parametrize(
    ("path", "run", "uri"),
    [
        ("src/app.py", {}, Place("src/app.py", inside=True)),
        ("a b/ü.py", {}, Place("a%20b/%C3%BC.py", inside=True)),
        ("caf\udce9", {}, Place("caf%E9", inside=True)),
        ("/home/ada/project/x", {}, Place("x", inside=True)),
        ("/etc/passwd", {}, Place("file:///etc/passwd", inside=False)),
        ("../other/x", {"base": "/home/ada/project"}, Place("file:///home/ada/other/x", inside=False)),
        ("x.py", {"base": "/home/ada/project/sub"}, Place("sub/x.py", inside=True)),
        ("a/../b", {"root": ""}, Place("b", inside=True)),
        ("C:/src/x.py", {"root": "C:/src"}, Place("x.py", inside=True)),
        ("D:/x y", {"root": "C:/src"}, Place("file:///D:/x%20y", inside=False)),
    ],
)
def test_where_a_path_is(path, run, uri):
    """Relative below the root, else a file's address."""
    assert paths.place(path, reports.report(**run)) == uri


@pytest.mark.parametrize(
    ("remote", "address"),
    [
        ("git@example.org:ada/project.git", "https://example.org/ada/project"),
        ("https://user:password@example.org/a/b.git?token=x#y", "https://example.org/a/b"),
        ("ssh://git@example.org:22/a/b", "https://example.org/a/b"),
        ("http://example.org:8080/a", "http://example.org:8080/a"),
        ("/srv/git/project.git", None),
        ("file:///srv/git", None),
        ("https://exa mple/x", None),
        ("https://[bad/x", None),
        (None, None),
    ],
)
def test_addresses_of_remotes_have_no_credentials(remote, address):
    """User, password, query and fragment never leave."""
    assert paths.repository(remote) == address


def test_what_to_call_a_repository():
    """The end of its address, else the directory."""
    assert paths.repository_name(reports.report()) == "ada/project"
    assert paths.repository_name(reports.report(remote=None)) == "project"


def test_shown_paths_and_web_addresses():
    """From the root on, as valid Unicode."""
    assert paths.shown_path("/home/ada/project/caf\udce9", reports.report()) == "caf\\xe9"
    assert paths.is_web("https://example.org/a?b=c")
    assert not paths.is_web("https://user@example.org/")
    assert not paths.is_web("ftp://example.org/")
