"""Byte offsets to lines and columns, and back."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keyscan.scan.line_index import Lines


@given(st.text(alphabet="ab\n\u00e9\U0001f511", max_size=60), st.data())
def test_offset_to_place_and_back(text, data):
    """An offset's line and column lead back to the offset."""
    raw = text.encode()
    index = data.draw(st.integers(0, len(text)))
    offset = len(text[:index].encode())
    lines = Lines(raw)
    assert lines.offset(*lines.position(offset)) == offset


def test_places_of_a_part_count_on_from_its_beginning():
    """A part of a larger text knows the line and column of its first byte."""
    lines = Lines(b"ab\ncd\n", line=10, column=5)
    assert lines.position(1) == (10, 6)
    assert lines.position(4) == (11, 2)
    assert lines.offset(11, 2) == 4
    assert lines.line_text(11) == b"cd"


def test_columns_count_characters_and_bad_bytes_one_each():
    """An umlaut is one column, and so is a byte that is no text."""
    assert Lines("ü=x".encode()).position(3) == (1, 3)
    assert Lines(b"\xff=x").position(2) == (1, 3)


def test_a_location_says_what_it_was_read_through():
    """Its encoding first, then what was decoded there; the cell of a notebook."""
    lines = Lines(b"a\nbc\n", stored="UTF-16", cell=lambda offset: 2 if offset else None)
    found = lines.location(2, 4, "base64")
    assert (found.line, found.column, found.end_line, found.end_column) == (2, 1, 2, 3)
    assert (found.cell, found.decoded) == (2, "UTF-16, base64")
    assert lines.location(0, 1).cell is None


def test_lines_end_at_lf_and_carry_no_cr():
    """The text of a line has neither."""
    assert Lines(b"a\r\nb").line_text(1) == b"a"
    assert Lines(b"a\r\nb").line_text(2) == b"b"


@given(st.lists(st.integers(0, 20_000), min_size=1))
def test_places_asked_for_in_any_order(offsets):
    """What was counted before does not change an answer."""
    data = b"0123456789\n" * 2000
    lines = Lines(data)
    for offset in offsets:
        at = min(offset, len(data))
        assert lines.position(at) == (at // 11 + 1, at % 11 + 1)
