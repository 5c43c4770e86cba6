"""The search of a machine: each key at its place, meant or not, with owner, age and protection; nothing is changed."""

from __future__ import annotations

import os
import time

import pytest
from helpers.home import full_home, write
from helpers.repository import Repo
from helpers.tokens import token

from keyscan.api import Scanner
from keyscan.catalog.home import places
from keyscan.machine.audit import audit
from keyscan.sources.home import Roots


def key_of(seed):
    """A well-formed fake Anthropic key."""
    return token("sk-ant-api03-{b64url:93}AA", str(seed))


@pytest.fixture(scope="module")
def scanner():
    """The built-in rules, one process."""
    return Scanner.default()


def snapshot(folder):
    """Every file's bytes, mode and time."""
    return {
        path: (path.read_bytes(), path.stat().st_mode, path.stat().st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def test_every_place(tmp_path, scanner):
    """One finding for each key that is not in a store meant for it; nothing in the home directory changes."""
    home = tmp_path / "home"
    roots, made = full_home(home, key_of)
    before = snapshot(home)
    found = audit(scanner, roots, 90)
    assert snapshot(home) == before
    leaks = {one.origin.path.partition("!/")[0] for one in found.result.findings}
    expected = {
        "~" + str(path)[len(str(home)) :] for place, path in made.items() if not place.meant and place.format != "git"
    }
    assert leaks == expected
    assert not [skip for skip in found.result.skipped if skip.incomplete]


def test_one_key_in_many_places(tmp_path, scanner):
    """One finding, the oldest place first, its store named as such, its age and the agent that wrote it."""
    home, key = tmp_path / "home", key_of("one")
    for number, (name, form) in enumerate(
        {".codex/history.jsonl": "jsonl", ".bash_history": "text", ".netrc": "text"}.items()
    ):
        write(home / name, form, key)
        os.utime(home / name, (time.time() - (200 - number) * 86_400,) * 2)
        (home / name).chmod(0o600)
    (one,) = audit(scanner, Roots(home, "linux", {}), 90).result.findings
    assert one.origin.path == "~/.codex/history.jsonl"
    assert [(item.message, item.path) for item in one.related] == [
        ("also here", "~/.bash_history"),
        ("in its store", "~/.netrc"),
    ]
    assert one.evidence[-1] == "in a history of codex"
    assert (one.provenance.exposed_days, one.provenance.overdue) == (200, True)


def test_stores(tmp_path, scanner):
    """A closed store is no finding, an open one is, an old one is remarked on."""
    home = tmp_path / "home"
    write(home / ".netrc", "text", key_of("a"))
    (home / ".netrc").chmod(0o600)
    write(home / ".pgpass", "text", key_of("b"))
    (home / ".pgpass").chmod(0o644)
    write(home / ".vault-token", "text", key_of("c"))
    (home / ".vault-token").chmod(0o622)
    (home / ".npmrc").write_text("registry=https://registry.example.org\n")
    os.utime(home / ".netrc", (time.time() - 100 * 86_400,) * 2)
    found = audit(scanner, Roots(home, "linux", {}), 90).result
    assert [
        (one.rule_id, one.origin.path, one.severity.label)
        for one in sorted(found.findings, key=lambda one: one.origin.path)
    ] == [
        ("env-open-permissions", "~/.pgpass", "medium"),
        ("env-open-permissions", "~/.vault-token", "high"),
    ]
    assert [note for note in found.notes if "~/.netrc" in note]


def test_snapshots_of_an_agent(tmp_path, scanner):
    """A key in a git object that nothing reaches is found."""
    folder = tmp_path / "home" / ".local/share/opencode/snapshot/project"
    repo = Repo(folder, "--bare")
    repo.git("hash-object", "-w", "--stdin", stdin=f"KEY={key_of('snapshot')}\n".encode())
    found = audit(scanner, Roots(tmp_path / "home", "linux", {}), 90).result
    assert [one.rule_id for one in found.findings] == ["anthropic-api-key"]


def test_what_cannot_be_read_as_a_database_is_named(tmp_path, scanner):
    """Its bytes were scanned all the same."""
    file = tmp_path / "home" / ".codex" / "logs_2.sqlite"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"SQLite format 3\0broken\n" + key_of("x").encode() + b"\n")
    found = audit(scanner, Roots(tmp_path / "home", "linux", {}), 90).result
    assert len(found.findings) == 1
    assert [skip.path for skip in found.skipped] == ["~/.codex/logs_2.sqlite"]


def test_the_catalogue_has_what_is_tested():
    """The places that the tests above write to are known."""
    patterns = {place.pattern for place in places()}
    assert {"~/.codex/history.jsonl", "~/.bash_history", "~/.netrc", "~/.pgpass", "~/.vault-token"} <= patterns
