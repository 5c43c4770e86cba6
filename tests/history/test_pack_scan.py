"""Walking packs reports exactly what reading every object reports, however keys come to be in a version."""

from __future__ import annotations

import json
import random
import subprocess
from pathlib import Path

import pytest
from helpers.packs import numbers_of
from helpers.tokens import token
from helpers.versions import NOISE, SECRETS, filler

from keyscan.git.pack import delta, reader
from keyscan.history import object_scanner, pack_scan, versions
from keyscan.support import storage


def history_of(repo, seed: int, versions: int) -> None:
    """A history of edits that split, join, move, spread, hide and reveal secrets; two packs and a loose object."""
    dice = random.Random(seed)  # noqa: S311
    lines = [line.decode() for line in filler(seed, 500).splitlines(keepends=True)]
    stream = []
    for number in range(versions):
        for _ in range(dice.randrange(1, 4)):
            edit(lines, dice)
        data = "".join(lines).encode()
        path = dice.choice([b"a.txt", b"b.txt", b"dir/c.env"])
        stream.append(b"commit refs/heads/main\ncommitter Ada <ada@example.org> %d +0000\n" % (1_700_000_000 + number))
        stream.append(b"data 1\nx\nM 100644 inline %s\ndata %d\n%s\n" % (path, len(data), data))
    repo.git("fast-import", "--quiet", "--force", stdin=b"".join(stream))
    repo.git("repack", "-adfq", f"--depth={dice.choice([5, 50, 200])}", f"--window={dice.choice([5, 40])}")


def edit(lines: list[str], dice: random.Random) -> None:
    """One change of a text."""
    kind = dice.randrange(6)
    at = dice.randrange(len(lines))
    pieces = dice.choice(list(SECRETS.values()))
    if kind == 0:
        lines[at:at] = pieces
    elif kind == 1:
        cut = dice.randrange(1, len(pieces))
        lines[at:at] = [*pieces[:cut], "in between", *pieces[cut:]]
    elif kind == 2:
        lines[:] = [line for line in lines if line != "in between"]
    elif kind == 3:
        block = lines[at : at + dice.randrange(40)]
        del lines[at : at + len(block)]
        where = dice.randrange(len(lines))
        lines[where:where] = block
    elif kind == 4:
        lines[at] = dice.choice(NOISE)
    else:
        del lines[at : at + dice.randrange(1, 10)]


def test_what_is_no_plain_text_goes_the_ordinary_way(repo, run):
    """UTF-16 and notebooks: bytes that no rule matches, and versions of them that are deltas."""
    text = filler(3, 400).decode()
    key = "".join(SECRETS["github"])
    for number, content in enumerate([text, text + key, text[:50] + key + text[50:], text + "end"]):
        repo.stage("a.txt", content.encode("utf-16"))
        cell = {"cell_type": "code", "source": content.splitlines(keepends=True)}
        repo.stage("b.ipynb", json.dumps({"cells": [cell], "nbformat": 4}))
        repo.stage("c.json", json.dumps({"text": content, "number": number}))
        repo.commit()
    repo.git("repack", "-adfq")
    expected = report(run, repo, "--no-packs", "--all-occurrences")
    assert expected[1]["findings"]
    assert report(run, repo, "--packs", "--all-occurrences") == expected


def report(run, repo, *options: str):
    """The JSON report of an audit, without what differs between any two runs."""
    done = run("history", str(repo.path), "--format", "json", "--no-cache", "--min-severity", "info", *options)
    assert done.out, done.err
    found = json.loads(done.out)
    del found["stats"]["seconds"]
    return done.code, found


@pytest.mark.parametrize("seed", range(3))
def test_both_ways_report_the_same(repo, run, monkeypatch, seed):
    """Generated histories: findings, provenance, counts and exit code are equal, with one process and with two.

    What they are equal to is what scanning every version as a whole gives.
    """
    history_of(repo, seed, 40)
    with monkeypatch.context() as patch:
        patch.setattr(
            object_scanner.ObjectScanner,
            "_scan_from_previous",
            lambda _, item, data, scan: scan.object(item, b"blob", data),
        )
        expected = report(run, repo, "--no-packs")
    assert expected[1]["findings"]
    monkeypatch.setattr(versions, "SMALL", 0)
    monkeypatch.setattr(object_scanner, "SMALL", 0)
    monkeypatch.setattr(delta, "_LEAST", 64)
    assert report(run, repo, "--no-packs", "--jobs", "1") == expected
    assert report(run, repo, "--no-packs", "--jobs", "2") == expected
    assert report(run, repo, "--packs", "--jobs", "1") == expected
    assert report(run, repo, "--packs", "--jobs", "2") == expected


@pytest.fixture
def walked(monkeypatch):
    """Whether packs were walked: a list that is not empty then. They may be, however few blobs there are."""
    called = []
    whole = pack_scan.scan
    monkeypatch.setattr(pack_scan, "scan", lambda *args: called.append(True) or whole(*args))
    monkeypatch.setattr(pack_scan, "_FEW", 10)
    return called


@pytest.mark.parametrize("compiled", [True, False])
def test_packs_are_walked_by_the_compiled_reader(repo, run, monkeypatch, walked, compiled):
    """Without it git reads them; what is reported does not depend on it."""
    monkeypatch.setattr(reader, "COMPILED", compiled)
    history_of(repo, 3, 15)
    found = report(run, repo)
    assert bool(walked) == compiled
    assert found == report(run, repo, "--no-packs")


def test_packs_are_walked_though_other_histories_are_known(repo, run, monkeypatch, walked, tmp_path):
    """What is known of another repository says nothing of this one; what is known of this one is not walked."""
    monkeypatch.setattr(reader, "COMPILED", True)
    for number in range(15):
        repo.stage("a.txt", filler(number, 20))
        repo.stage("b.txt", filler(number + 50, 20) + "".join(SECRETS["github"] if number == 7 else []).encode())
        repo.commit()
    repo.git("repack", "-adfq")
    other = tmp_path / "other"
    other.mkdir()
    for args in (
        ("init", "-q"),
        ("-c", "user.name=a", "-c", "user.email=a@b", "commit", "-q", "--allow-empty", "-m", "x"),
    ):
        subprocess.run(["git", *args], cwd=other, check=True)
    assert run("history", str(other)).code == 0
    assert walked == []
    first = run("history", str(repo.path), "--format", "json")
    assert walked == [True]
    # Without the record of the audit, only ids are known.
    for file in Path(storage.cache_directory()).glob("seen-audit-*"):
        file.unlink()
    second = run("history", str(repo.path), "--format", "json")
    assert walked == [True]
    assert json.loads(first.out)["findings"] == json.loads(second.out)["findings"] != []


def test_packs_loose_objects_and_what_nothing_reaches(repo, run):
    """Several packs, loose objects, an unreachable blob: reported only when everything in the store is wanted."""
    history_of(repo, 8, 15)
    repo.git("reset", "-q", "--hard")
    repo.stage("gone", "".join(SECRETS["anthropic"]))
    repo.git("repack", "-dq")
    lost = repo.git("hash-object", "-w", "--stdin", stdin=token("ghp_{alnum:30}{crc32-base62:ghp_}", "lost").encode())
    repo.git("pack-objects", "-q", ".git/objects/pack/pack", stdin=lost)
    repo.stage("loose", "".join(SECRETS["named"]))
    repo.commit()
    for options in ((), ("--all-objects",)):
        assert report(run, repo, "--packs", *options) == report(run, repo, "--no-packs", *options)
    fewer, more = report(run, repo, "--packs"), report(run, repo, "--packs", "--all-objects")
    assert len(fewer[1]["findings"]) + 1 == len(more[1]["findings"])


def test_a_damaged_pack_is_said_either_way(repo, run):
    """A pack with a broken entry: what can be read is reported, the rest is named, and it is never clean."""
    repo.stage("a", filler(1, 300) + "".join(SECRETS["anthropic"]).encode())
    repo.stage("b", random.Random(2).randbytes(5000))  # noqa: S311
    repo.commit()
    repo.git("repack", "-adfq")
    (file,) = (repo.path / ".git/objects/pack").glob("*.pack")
    made = reader.read_forest(str(file), 20)
    blob = numbers_of(made)[bytes.fromhex(repo.git("rev-parse", "HEAD:b").decode().strip())]
    body = bytearray(file.read_bytes())
    body[made.starts[blob] + 60] ^= 0xFF
    file.chmod(0o644)
    file.write_bytes(body)
    straight, walked = report(run, repo, "--no-packs"), report(run, repo, "--packs")
    assert walked == straight
    assert not walked[1]["complete"]
    assert len(walked[1]["findings"]) == 1
