"""Packs read directly: the same contents as git's, the places that are new, and nothing but an error for junk."""

from __future__ import annotations

import hashlib
import random
import struct
import zlib

import pytest
from helpers.packs import copy_of, delta_of, numbers_of, size_of
from hypothesis import given, settings
from hypothesis import strategies as st

from keyscan.git.command import Git
from keyscan.git.pack import delta, reader
from keyscan.git.pack.delta import DeltaError
from keyscan.git.pack.index import PackError


@st.composite
def deltas(draw):
    """A base, and steps that fit it."""
    base = draw(st.binary(min_size=1, max_size=200))
    copies = st.integers(0, len(base) - 1).flatmap(
        lambda start: st.tuples(st.just(start), st.integers(1, len(base) - start))
    )
    return base, draw(st.lists(st.one_of(copies, st.binary(min_size=1, max_size=40)), max_size=12))


@given(deltas())
def test_a_delta_makes_the_version_that_its_steps_say(case):
    """Copies and insertions come out in order, whatever their mix."""
    base, steps = case
    written, made = delta_of(base, steps)
    assert delta.apply(base, written, 1 << 20)[0] == made


@st.composite
def versions(draw):
    """Two texts that share pieces, moved, dropped and repeated."""
    pieces = draw(st.lists(st.binary(min_size=1, max_size=60), min_size=1, max_size=12))
    numbers = st.lists(st.integers(0, len(pieces) - 1), max_size=12)
    return tuple(b"".join(pieces[number] for number in draw(numbers)) for _ in range(2))


@pytest.mark.usefixtures("small_runs")
@given(versions())
def test_what_two_texts_share_is_told_as_of_a_delta(case):
    """Every place of the new text is in a change, or stood in the base where it is told to have stood."""
    base, data = case
    told = delta.compare(base, data)
    if told is None:
        return
    changes, sources = told
    assert len(sources) == len(changes) // 2 + 1
    assert changes == sorted(changes)
    runs = zip([0, *changes[1::2]], [*changes[::2], len(data)], sources, strict=True)
    for start, end, source in runs:
        assert base[source : source + end - start] == data[start:end]
    if not changes:
        assert base == data


@pytest.fixture(scope="module")
def small_runs():
    """Runs of a few bytes count, so that small texts have some."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(delta, "_LEAST", 4)
        patch.setattr(delta, "_ANCHOR", 3)
        yield


@pytest.mark.parametrize("edits", [1, 3])
def test_a_text_edited_here_and_there_is_mostly_shared(edits):
    """Of a large text with a few lines changed, only some pages round these are new."""
    base = random.Random(edits).randbytes(400_000)  # noqa: S311
    data = base
    for number in range(edits):
        at = 70_000 + number * 130_000
        data = data[:at] + b"new" * 10 + data[at + 7 :]
    changes, _ = delta.compare(base, data)
    new = sum(end - start for start, end in zip(changes[::2], changes[1::2], strict=True))
    assert new < 20_000 * edits
    assert delta.compare(b"x" * 1000, b"y" * 1000) is None


@given(deltas(), st.data())
def test_what_touches_no_change_stood_in_the_base(case, data):
    """Any piece of the new version that no change is inside of, or touches, is a piece of the base."""
    base, steps = case
    written, made = delta_of(base, steps)
    _, changes, _ = delta.apply(base, written, 1 << 20)
    places = list(zip(changes[::2], changes[1::2], strict=True))
    assert places == sorted(places)
    low = data.draw(st.integers(0, len(made)))
    high = data.draw(st.integers(low, len(made)))
    if not any(start < high and end > low for start, end in places):
        assert made[low:high] in base


@given(deltas())
def test_a_version_that_begins_or_ends_elsewhere_than_its_base_is_new_there(case):
    """The edge of a version is a change when the base went on: what looks round itself may match only there."""
    base, steps = case
    written, made = delta_of(base, steps)
    _, changes, _ = delta.apply(base, written, 1 << 20)
    if made and not base.startswith(made[:1]):
        assert changes[0] == 0
    if made and not base.endswith(made[-1:]):
        assert changes[-1] == len(made)


def test_copied_runs_that_are_neighbours_in_the_base_are_no_seam():
    """Git cuts copies at 64 KB; that is no change."""
    base = random.Random(1).randbytes(200_000)  # noqa: S311
    written, made = delta_of(base, [(0, 0xFFFF), (0xFFFF, 0xFFFF), (0x1FFFE, 200_000 - 0x1FFFE)])
    assert delta.apply(base, written, 1 << 20) == (made, [], [0])
    assert made == base


def test_a_deletion_is_a_seam():
    """Two halves that come together are a change of no width."""
    written, _ = delta_of(b"abcdef", [(0, 2), (4, 2)])
    assert delta.apply(b"abcdef", written, 99) == (b"abef", [2, 2], [0, 4])


@pytest.mark.parametrize(
    "junk",
    [
        b"",
        b"\x06",
        b"\xff" * 20,
        b"\x07\x02" + copy_of(0, 2),
        b"\x06\x02" + copy_of(5, 2),
        b"\x06\x02" + copy_of(0, 3),
        b"\x06\x03" + copy_of(0, 2),
        b"\x06\x02\x00",
        b"\x06\x05\x05ab",
        b"\x06\x01\x91",
        b"\x06\xff\x7f" + copy_of(0, 6),
    ],
)
def test_a_delta_that_does_not_fit_is_refused(junk):
    """Sizes that contradict each other, copies from elsewhere, what is cut off."""
    with pytest.raises(DeltaError):
        delta.apply(b"abcdef", junk, 100)


@given(st.binary(max_size=30), st.binary(max_size=60))
def test_random_bytes_make_a_version_or_a_delta_error(base, junk):
    """No other error, whatever the bytes are."""
    written = size_of(len(base)) + junk
    try:
        made, _, _ = delta.apply(base, written, 500)
    except DeltaError:
        return
    assert len(made) <= 500


def test_a_delta_that_would_make_more_than_allowed_is_refused():
    """A few bytes may ask for gigabytes."""
    with pytest.raises(DeltaError):
        delta.apply(b"a" * 10, size_of(10) + size_of(1 << 40) + copy_of(0, 10) * 1000, 1000)


@given(deltas())
def test_what_is_no_change_stands_where_the_base_is_said_to_have_it(case):
    """Run by run, the bytes between changes are the base's bytes at the offset that is told."""
    base, steps = case
    written, made = delta_of(base, steps)
    _, changes, sources = delta.apply(base, written, 1 << 20)
    assert len(sources) * 2 == len(changes) + 2
    edges = [0, *changes, len(made)]
    for low, high, source in zip(edges[::2], edges[1::2], sources, strict=True):
        assert made[low:high] == base[source : source + high - low]


@given(deltas(), st.integers(1, 60))
def test_every_end_is_looked_at_again_or_stands_as_it_did(case, reach):
    """Each end is in one window or zone; what decides on one in a zone stands in the base, in a window all of it."""
    base, steps = case
    written, made = delta_of(base, steps)
    _, changes, sources = delta.apply(base, written, 1 << 20)
    windows, unchanged = delta.spread(changes, sources, len(made), reach)
    ends = []
    for begin, low, high in zip(windows[::3], windows[1::3], windows[2::3], strict=True):
        assert begin == max(0, low - reach)
        ends += range(low + 1, high + 1)
    for low, high, shift in zip(unchanged[::3], unchanged[1::3], unchanged[2::3], strict=True):
        ends += range(low + 1, high + 1)
        for end in range(low + 1, high + 1):
            before = max(0, end - reach)
            assert made[before:end] == base[max(0, before - shift) : end - shift]
            # The beginning of a text is no change only where it is the base's.
            assert before or end - shift <= reach or shift == 0
    assert set(ends) >= set(range(1, len(made) + 1))
    assert len(set(ends) & set(range(1, len(made) + 1))) == len(made)
    text = delta.gather(made, windows)
    assert text == b"".join(made[b:h] for b, h in zip(windows[::3], windows[2::3], strict=True))


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
