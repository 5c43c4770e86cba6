"""Walking packs reports exactly what reading every object reports, however keys come to be in a version."""

from __future__ import annotations

import json
import random
import subprocess
from itertools import pairwise
from pathlib import Path

import pytest
from helpers.packs import delta_of, numbers_of
from helpers.tokens import token
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyscan.engine import build, match_cache
from keyscan.engine.filters.context import is_binary
from keyscan.engine.overlaps import place_of
from keyscan.git import objects
from keyscan.git.command import Git
from keyscan.git.pack import delta, reader
from keyscan.history import appearances, delta_scan, object_scanner, pack_scan, versions
from keyscan.ruleset.cache import load_rules
from keyscan.support import storage

# Each is a secret that counts, as pieces that edits may separate, with what it needs round itself.
PEM = [token("{b64:64}", f"pem {line}") + "\n" for line in range(12)]
SECRETS = {
    "github": [
        "token = '",
        token("ghp_{alnum:30}{crc32-base62:ghp_}", "a")[:20],
        token("ghp_{alnum:30}{crc32-base62:ghp_}", "a")[20:],
        "'\n",
    ],
    "named": ["MISTRAL", "_API_KEY", ": ", "\n  ", token("{alnum:16}", "m"), token("{alnum:16}", "n"), "\n"],
    "anthropic": ["key=", "sk-ant-", "api03-", token("{b64url:60}", "x"), token("{b64url:33}AA", "y"), "\n"],
    "pem": ["-----BEGIN RSA ", "PRIVATE KEY-----\n", "MIIE" + PEM[0][4:], *PEM[1:], "-----END RSA PRIVATE KEY-----\n"],
    "pair": [
        "aws_access_key_id = ",
        token("AKIA{base32:16}", "k"),
        "\n",
        "aws_secret_access_key = ",
        token("{b64:40}", "s"),
        "\n",
    ],
}
PLAIN = token("{alnum:24}", "generic")
NOISE = [
    'db_password = "',
    PLAIN,
    f'"\napi_secret: "{PLAIN[:9]}',
    "# example\n",
    "placeholder ",
    "\0\0",
    "x" * 30,
    "mistral",
    '"private_key": "',
    "}\n{\n",
    "AKIA",
    "\n\n",
]


def filler(seed: int, size: int) -> bytes:
    """Text that no rule sees anything in."""
    dice = random.Random(seed)  # noqa: S311
    return b"".join(b"%d lorem ipsum %s\n" % (dice.randrange(99), b"dolor " * dice.randrange(9)) for _ in range(size))


@pytest.fixture
def matcher():
    """All rules."""
    return build.matcher(load_rules(), "hyperscan")


@st.composite
def families(draw):
    """Deltas that build on each other, over bases in which whole keys, pieces of keys and noise are scattered."""
    parts = [piece for pieces in SECRETS.values() for piece in (*pieces, "".join(pieces))] + NOISE
    chosen = draw(st.lists(st.sampled_from(parts), min_size=1, max_size=6))
    base = b"".join(
        filler(number, draw(st.sampled_from([0, 3, 60]))) + part.encode() for number, part in enumerate(chosen)
    )
    base += filler(99, 40)
    family = []
    for _ in range(draw(st.integers(1, 3))):
        cuts = sorted(draw(st.lists(st.integers(0, len(base)), max_size=5)))
        cuts += [
            at + len(piece)
            for piece in draw(st.lists(st.sampled_from(chosen), max_size=2))
            if (at := base.find(piece.encode())) >= 0
        ]
        runs = [(low, high - low) for low, high in pairwise([0, *sorted(cuts), len(base)]) if 0 < high - low < 1 << 16]
        steps = draw(st.permutations(runs)) if draw(st.booleans()) else runs
        steps = [step for step in steps if draw(st.integers(0, 7))]
        for piece in draw(st.lists(st.sampled_from(parts), max_size=3)):
            where = draw(st.integers(0, len(steps)))
            steps[where:where] = [piece.encode()[at : at + 100] for at in range(0, len(piece.encode()), 100)]
        written, made = delta_of(base, steps)
        family.append((base, written, made))
        base = made or b"\n"
    return family


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(families())
def test_marks_that_are_carried_are_those_of_the_whole(monkeypatch, matcher, family):
    """Version by version, what is carried and what is found near changes are all marks, and no others."""
    monkeypatch.setattr(versions, "SMALL", 0)
    scanner = delta_scan.DeltaScanner(matcher)
    state = scanner.whole(family[0][0])
    for base, written, made in family:
        again, changes, sources = delta.apply(base, written, 1 << 24)
        assert again == made
        windows, unchanged = delta.spread(changes, sources, len(made), scanner.reach)
        state = scanner.carried(made, windows, unchanged, state)
        assert state == scanner.whole(made)
        assert sorted(delta_scan.hits_of(state)) == sorted(set(matcher.hits(made, matcher.raw_hits(made))))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(families())
def test_verdicts_that_are_carried_are_those_of_the_whole(matcher, family):
    """What a version still holds of its base's matches, and what the rest of its hits give, is all that it holds."""
    scanner = delta_scan.DeltaScanner(matcher)
    text = family[0][0]
    marks, found = (
        scanner.whole(text),
        matcher.plain_matches(text, matcher.hits(text, matcher.raw_hits(text)), path="a.py"),
    )
    for base, written, made in family:
        _, changes, sources = delta.apply(base, written, 1 << 24)
        windows, unchanged = delta.spread(changes, sources, len(made), scanner.reach)
        marks = scanner.carried(made, windows, unchanged, marks)
        expected = matcher.plain_matches(made, delta_scan.hits_of(marks), path="a.py")
        end = -1 if changes and changes[-2] == len(made) else len(made)
        if is_binary(made) == is_binary(base):
            moved, again = scanner.split(marks, unchanged, end, found)
            assert sorted([*moved, *matcher.plain_matches(made, again, path="a.py")], key=place_of) == expected
        found = expected


def test_a_version_that_ends_behind_a_value_has_it(matcher):
    """A value that ran on in the base, and was none, is one where the version was cut off behind it."""
    value = "".join(SECRETS["pair"][3:5])
    base = filler(1, 100) + value.encode() + b"51 and on\n" + filler(2, 10)
    size = 100 + base[100:].index(b"51 and on")
    written, made = delta_of(base, [(0, size)])
    scanner = delta_scan.DeltaScanner(matcher)
    _, changes, sources = delta.apply(base, written, 1 << 24)
    windows, unchanged = delta.spread(changes, sources, len(made), scanner.reach)
    marks = scanner.carried(made, windows, unchanged, scanner.whole(base))
    assert marks == scanner.whole(made) != scanner.carried(made, [], unchanged, scanner.whole(base))


def test_verdicts_are_carried_over_a_change_far_off(matcher, monkeypatch):
    """An edit at the beginning leaves what is found at the end, moved, and nothing to look at again.

    Where there is too much to compare, all is looked at again.
    """
    base = filler(1, 200) + "".join(SECRETS["github"]).encode() + filler(2, 200)
    written, made = delta_of(
        base, [(0, 10), b"something new", *((at, 5000) for at in range(10, len(base) - 5000, 5000))]
    )
    scanner = delta_scan.DeltaScanner(matcher)
    _, changes, sources = delta.apply(base, written, 1 << 24)
    windows, unchanged = delta.spread(changes, sources, len(made), scanner.reach)
    marks = scanner.carried(made, windows, unchanged, scanner.whole(base))
    expected = matcher.scan(made)
    assert len(expected) == 1
    found = matcher.scan(base)
    assert scanner.split(marks, unchanged, -1, found) == (expected, [])
    monkeypatch.setattr(delta_scan, "MAX_CARRIED", 0)
    assert scanner.split(marks, unchanged, -1, found) == ([], delta_scan.hits_of(marks))


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(families())
def test_what_is_remembered_is_what_would_be_found(matcher, family):
    """With a memory of earlier versions, a text has the matches that it has without."""
    other = build.matcher(matcher.rules, "hyperscan")
    other.remember()
    for base, _, made in family:
        for data in (base, made, base + b"\n" + made):
            assert other.scan(data) == matcher.scan(data)


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


def test_what_is_remembered_is_forgotten_in_time():
    """Room is bounded: the older half goes, but what is asked for stays."""
    known = match_cache.MatchCache()
    text = b"x" * match_cache.LONGEST
    for number in range(2000):
        known.put((number, "", text, 0, 1), ())
        assert known.get((0, "", text, 0, 1)) == ()
    assert known.get((1, "", text, 0, 1)) is None
    assert known.get((1999, "", text, 0, 1)) == ()


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
