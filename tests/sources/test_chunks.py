"""Contents in overlapping chunks that know their position."""

from __future__ import annotations

import io

from hypothesis import given
from hypothesis import strategies as st

from keyscan.model.blob import Origin
from keyscan.scan.line_index import Lines
from keyscan.sources.chunks import chunks

ORIGIN = Origin("big")


def made(text: bytes, size: int, overlap: int):
    """The chunks of a text."""
    stream = io.BytesIO(text)
    return list(chunks(stream.read, stream.read(size), ORIGIN, overlap, size))


@given(st.text(alphabet="ab\nü", max_size=80), st.integers(1, 20), st.integers(1, 10))
def test_nothing_is_lost_and_each_knows_where_it_stands(text, size, overlap):
    """Chunks without their overlap are the text; each one's first byte is at the line and column that it says."""
    data = text.encode("ascii", "replace")
    parts = made(data, size, overlap)
    assert b"".join(part.data[part.overlap :] for part in parts) == data
    at = 0
    whole = Lines(data)
    for part in parts:
        start = at - part.overlap
        assert data[start:].startswith(part.data)
        assert (part.line, part.column) == whole.position(start)
        at = start + len(part.data)


@given(st.binary(min_size=1, max_size=60), st.integers(1, 10))
def test_what_is_no_longer_than_the_overlap_is_whole_in_one_chunk(text, overlap):
    """A match across an edge is found: every part of the text so long stands in some chunk."""
    parts = made(text, 7, overlap)
    for start in range(len(text) - overlap + 1):
        assert any(text[start : start + overlap] in part.data for part in parts)


def test_an_empty_content_has_no_chunk():
    """Nothing to scan."""
    assert made(b"", 5, 2) == []
