"""Deltas applied and compared: git's version, the places that are new, and nothing but an error for junk."""

from __future__ import annotations

import random

import pytest
from helpers.packs import copy_of, delta_of, size_of
from hypothesis import given
from hypothesis import strategies as st

from keyscan.git.pack import delta
from keyscan.git.pack.delta import DeltaError


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


@pytest.mark.parametrize("number", [0, 1, 127, 128, 300, 1 << 20, (1 << 56) - 1])
def test_sizes_are_read_back(number):
    """A base-128 number is read from where it stands, with the offset after it."""
    assert delta.varint(b"xx" + size_of(number) + b"rest", 2) == (number, 2 + len(size_of(number)))


@pytest.mark.parametrize("data", [b"", b"\x80", b"\xff" * 9])
def test_a_size_that_does_not_end_is_an_error(data):
    """A cut number and one of more than eight bytes are refused."""
    with pytest.raises(DeltaError, match="does not end"):
        delta.varint(data, 0)


def test_the_header_of_a_pack_entry():
    """Type and size of an entry stand in its first bytes; a cut header is an error."""
    assert delta.header(bytes([3 << 4 | 5]), 0) == (3, 5, 1)
    assert delta.header(bytes([7 << 4 | 5 | 0x80]) + size_of(300), 0) == (7, 5 | 300 << 4, 3)
    with pytest.raises(DeltaError, match="cut off"):
        delta.header(b"", 0)
    with pytest.raises(DeltaError):
        delta.header(b"\xb5", 0)


def test_the_distance_to_a_base():
    """Git counts each further byte of a distance from one: 0x80 0x00 is 128, not 0."""
    assert delta.distance(b"\x05", 0) == (5, 1)
    assert delta.distance(b"\x80\x00", 0) == (128, 2)
    assert delta.distance(b"x\x81\x01", 1) == (257, 3)
    with pytest.raises(DeltaError, match="does not end"):
        delta.distance(b"\x80", 0)
