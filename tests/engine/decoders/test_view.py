"""A decoded text and the way back to the bytes that hold it."""

from __future__ import annotations

import dataclasses

import pytest
from helpers.matches import match
from hypothesis import given
from hypothesis import strategies as st

from keyscan.engine.decoders import view
from keyscan.engine.decoders.view import Pieces, View
from keyscan.model.match import Span


def made() -> Pieces:
    """`ab-cd` where the original has `ab%2Dcd` from offset 10 on."""
    pieces = Pieces()
    data = b"." * 10 + b"ab%2Dcd"
    pieces.copy(data, 10, 12)
    pieces.instead(b"-", 12, 15)
    pieces.copy(data, 15, 17)
    return pieces


@pytest.mark.parametrize(
    ("span", "place"),
    [
        ((0, 5), (10, 17)),
        ((0, 2), (10, 12)),
        ((0, 1), (10, 11)),
        ((2, 3), (12, 15)),
        ((1, 4), (11, 16)),
        ((3, 5), (15, 17)),
    ],
)
def test_back_to_the_original(span, place):
    """What stands for an escape is as wide as the escape; what is copied keeps its width."""
    assert bytes(made().text) == b"ab-cd"
    assert made().back(*span) == place


def test_what_stands_for_nothing_has_no_width():
    """Text that is put between two bytes comes back as the place between them."""
    pieces = Pieces()
    pieces.instead(b"name=", 7, 7)
    pieces.copy(b"." * 7 + b"abc", 7, 10)
    assert pieces.back(2, 8) == (7, 10)
    assert pieces.back(2, 4) == (7, 7)
    assert pieces.touched(2, 8)
    assert not pieces.touched(5, 8)


def test_what_decoding_changed():
    """A span within one copy is not owed to the decoding."""
    assert not made().touched(0, 2)
    assert made().touched(2, 3)
    assert made().touched(1, 4)


@given(st.lists(st.tuples(st.booleans(), st.integers(1, 5)), min_size=1), st.data())
def test_spans_come_back_in_order(parts, data):
    """Whatever the pieces, a span's place lies within the original and grows with the span."""
    pieces, at = Pieces(), 0
    for copied, width in parts:
        if copied:
            pieces.copy(b"x" * (at + width), at, at + width)
        else:
            pieces.instead(b"y", at, at + width)
        at += width
    start = data.draw(st.integers(0, len(pieces.text) - 1))
    end = data.draw(st.integers(start + 1, len(pieces.text)))
    low, high = pieces.back(start, end)
    assert 0 <= low < high <= at
    assert pieces.back(0, len(pieces.text)) == (0, at)


def test_a_match_at_its_place():
    """Offsets and companion are those of the original, and it says what was looked through."""
    pieces = made()
    seen = View("percent", bytes(pieces.text), pieces.back, pieces.touched)
    found = dataclasses.replace(match(b"ab-cd", b"b-c"), companion=Span(0, 1), decoded="base64")
    placed = seen.placed(found)
    assert (placed.secret_start, placed.secret_end, placed.companion) == (11, 16, Span(10, 11))
    assert (placed.decoded, placed.evidence[-1]) == ("percent, base64", "read through percent")
    assert seen.shows(found)
    assert not seen.shows(match(b"ab-cd", b"ab"))


def test_only_certain_values_of_a_certain_view():
    """A rule that needs a name, or judges values, does not count there."""
    pieces = made()
    seen = View("pieces", bytes(pieces.text), pieces.back, pieces.touched, certain=True)
    assert seen.shows(match(b"ab-cd", b"b-c"))
    assert not seen.shows(match(b"ab-cd", b"b-c", context=("acme",)))
    assert not seen.shows(match(b"ab-cd", b"b-c", filters="generic"))


def test_windows_are_lines_within_reach(monkeypatch):
    """The line of each span, at most so far, and those that touch joined."""
    monkeypatch.setattr(view, "AROUND", 5)
    data = b"first\nsecond line\nthird\n"
    assert list(view.windows(data, [(7, 8)])) == [(6, 13)]
    assert list(view.windows(data, [(1, 2), (20, 21)])) == [(0, 5), (18, 23)]
    assert list(view.windows(data, [(1, 2), (7, 8)])) == [(0, 13)]
    assert list(view.windows(data, [])) == []
