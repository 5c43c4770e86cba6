"""Packs read directly: the same contents as git's, the places that are new, and nothing but an error for junk."""

from __future__ import annotations

import hashlib
import random
import struct
import zlib

import pytest
from helpers.packs import delta_of, numbers_of, size_of
from hypothesis import given, settings
from hypothesis import strategies as st

from keyscan.git.command import Git
from keyscan.git.pack import reader
from keyscan.git.pack.index import PackError


def grow(repo, versions: int = 25) -> None:
    """A history of two files that change by insertions, deletions and moved blocks."""
    dice = random.Random(7)  # noqa: S311
    lines = [f"line {dice.random()}\n" for _ in range(300)]
    for number in range(versions):
        at = dice.randrange(len(lines))
        lines[at : at + dice.randrange(3)] = [f"new {dice.random()}\n"] * dice.randrange(3)
        block = [lines.pop(0) for _ in range(dice.randrange(5))]
        lines[at:at] = block
        repo.stage("a.txt", "".join(lines))
        repo.stage("dir/b.bin", dice.randbytes(50) + "".join(reversed(lines)).encode())
        repo.commit(f"version {number}")


def packs_of(repo) -> list[str]:
    """The files of a repository's packs."""
    return sorted(str(file) for file in (repo.path / ".git/objects/pack").glob("*.pack"))


def blobs_of(repo) -> dict[bytes, bytes]:
    """Every blob in the object store, as git reads it."""
    listed = repo.git("cat-file", "--batch-all-objects", "--batch-check=%(objectname) %(objecttype)").split(b"\n")
    names = [line.split()[0] for line in listed if line.endswith(b" blob")]
    answers = Git(repo.path).objects(names)
    return {bytes.fromhex(name.decode()): answer[1] for name, answer in zip(names, answers, strict=True)}


def read(file: str, width: int = 20) -> tuple[dict[bytes, bytes], list[bytes], int]:
    """What walking a pack gives: contents by id, what it leaves to git, and how many bytes were new."""
    made = reader.read_forest(file, width)
    found: dict[bytes, bytes] = {}
    new = 0

    def judge(blob, data, changes, _sources, base):
        nonlocal new
        assert (changes is None) == (base is None)
        assert base is None or base == made.parents[blob]
        new += len(data) if changes is None else sum(changes[1::2]) - sum(changes[::2])
        assert made.id(blob) not in found
        found[made.id(blob)] = data
        return blob

    left = [made.id(blob) for blob in reader.walk(made, made.roots, judge)]
    assert sorted(map(made.id, range(len(made)))) == sorted([*found, *left])
    claimed, commits = [0] * len(made), []
    names = [name.hex().encode() for name in (*found, bytes(width))]
    assert made.claim(names, list(range(1, len(names) + 1)), claimed, commits) == [len(found)]
    assert all(claimed[blob] == number for number, blob in enumerate(map(numbers_of(made).get, found), 1))
    assert commits == []
    return found, left, new


@pytest.mark.parametrize("offsets", ["true", "false"])
@pytest.mark.parametrize("form", ["sha1", "sha256"])
def test_a_pack_gives_what_git_gives(tmp_path, repo, offsets, form):
    """Every blob of a packed repository, by offset and by reference deltas, and far less than all of it is new."""
    repo = type(repo)(tmp_path / "other", f"--object-format={form}")
    grow(repo)
    repo.git("-c", f"repack.useDeltaBaseOffset={offsets}", "repack", "-adfq", "--depth=50", "--window=20")
    (file,) = packs_of(repo)
    expected = blobs_of(repo)
    found, left, new = read(file, 20 if form == "sha1" else 32)
    assert (found, left) == (expected, [])
    assert new * 4 < sum(map(len, expected.values()))


def test_a_large_blob_is_left_to_git_with_all_that_is_made_from_it(repo, monkeypatch):
    """What is over the limit comes back as an id, never as an error."""
    monkeypatch.setattr(reader, "MAX_BLOB", 5000)
    grow(repo, 5)
    repo.stage("small", "small\n")
    repo.commit()
    repo.git("repack", "-adfq")
    expected = blobs_of(repo)
    found, left, _ = read(packs_of(repo)[0])
    assert set(found) == {name for name, data in expected.items() if len(data) <= 5000}
    assert set(found) | set(left) == set(expected)


def test_bases_that_would_take_too_much_memory_are_not_held(repo, monkeypatch):
    """Beyond the bound, what is made from a base is left to git."""
    monkeypatch.setattr(reader, "MAX_HELD", 0)
    grow(repo, 5)
    repo.git("repack", "-adfq")
    found, left, _ = read(packs_of(repo)[0])
    assert found
    assert left
    assert set(found) | set(left) == set(blobs_of(repo))


def entry(kind: int, data: bytes, base: bytes = b"", size: int | None = None) -> bytes:
    """A pack entry."""
    size = len(data) if size is None else size
    first, rest = size & 15, size >> 4
    head = bytes([kind << 4 | first | (0x80 if rest else 0)]) + (size_of(rest) if rest else b"")
    return head + base + zlib.compress(data)


def write_pack(directory, entries: list[tuple[bytes, bytes]]) -> str:
    """A pack and its index with entries (id, bytes) as they are given; the pack's file."""
    body = b"PACK" + struct.pack(">II", 2, len(entries))
    offsets = {}
    for name, raw in entries:
        offsets[name] = len(body)
        body += raw
    body += (trailer := hashlib.sha1(body, usedforsecurity=False).digest())
    names = sorted(offsets)
    index = b"\xfftOc\0\0\0\2"
    index += b"".join(struct.pack(">I", sum(name[0] <= first for name in names)) for first in range(256))
    index += b"".join(names) + bytes(4 * len(names))
    index += b"".join(struct.pack(">I", offsets[name]) for name in names) + trailer
    index += hashlib.sha1(index, usedforsecurity=False).digest()
    (directory / "p.pack").write_bytes(body)
    (directory / "p.idx").write_bytes(index)
    return str(directory / "p.pack")


A, B, C = b"a" * 20, b"b" * 20, b"c" * 20


def test_deltas_that_are_made_from_each_other_are_left_alone(tmp_path):
    """A ring of bases is met by nobody; the blobs beside it are read."""
    step = delta_of(b"xyz", [(0, 3)])[0]
    file = write_pack(tmp_path, [(A, entry(7, step, B)), (B, entry(7, step, A)), (C, entry(3, b"fine"))])
    assert read(file) == ({C: b"fine"}, [], 4)


def test_a_base_that_is_not_in_the_pack_is_left_to_git(tmp_path):
    """A thin pack has no place on disk; if there is one, git reads it."""
    step = delta_of(b"xyz", [(0, 3)])[0]
    file = write_pack(tmp_path, [(A, entry(7, step, B)), (C, entry(3, b"fine"))])
    assert read(file) == ({C: b"fine"}, [], 4)


def test_a_later_base_is_found(tmp_path):
    """A reference delta may stand before its base."""
    step, made = delta_of(b"fine", [(0, 2), b"d"])
    file = write_pack(tmp_path, [(A, entry(7, step, C)), (C, entry(3, b"fine"))])
    assert read(file)[0] == {C: b"fine", A: made}


@pytest.mark.parametrize("size", [0, 99, 101, 1 << 40])
def test_an_entry_that_inflates_to_another_size_is_left_to_git(tmp_path, size):
    """The size that an entry declares bounds what is inflated."""
    file = write_pack(tmp_path, [(A, entry(3, bytes(100), size=size))])
    assert read(file) == ({}, [A], 0)


def test_chains_of_trees_and_commits_are_not_touched(tmp_path):
    """The type of a chain is its root's."""
    step = delta_of(b"tree", [(0, 3)])[0]
    file = write_pack(tmp_path, [(B, entry(2, b"tree")), (A, entry(7, step, B)), (C, entry(3, b"fine"))])
    assert read(file) == ({C: b"fine"}, [], 4)


def test_another_packs_index_is_refused(tmp_path):
    """Index and pack name each other by checksum."""
    file = write_pack(tmp_path, [(A, entry(3, b"one"))])
    body = (tmp_path / "p.pack").read_bytes()
    (tmp_path / "p.pack").write_bytes(body[:-1] + bytes([body[-1] ^ 1]))
    with pytest.raises(PackError):
        reader.read_forest(file, 20)


@settings(max_examples=60)
@given(st.data())
def test_damage_never_crashes(tmp_path_factory, data):
    """A pack or index with any bytes changed or cut gives contents, ids left to git, or a PackError."""
    place = tmp_path_factory.mktemp("damage")
    base = b"some text\n" * 20
    first, one = delta_of(base, [(0, 50), b"new", (60, 100)])
    second, _ = delta_of(one, [b"start", (0, 153)])
    write_pack(place, [(A, entry(3, base)), (B, entry(7, first, A)), (C, entry(7, second, B))])
    file = place / data.draw(st.sampled_from(["p.pack", "p.idx"]))
    body = bytearray(file.read_bytes())
    for _ in range(data.draw(st.integers(1, 3))):
        body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
    file.write_bytes(body[: data.draw(st.integers(0, len(body)))] if data.draw(st.booleans()) else body)
    try:
        found, left, _ = read(str(place / "p.pack"))
    except PackError:
        return
    assert len(found) + len(left) <= 3
