"""The parser of raw diffs: the same writes however the output is cut into chunks."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from keyscan.git.raw_diff import RawDiffParser

NULL = b"0" * 40
OLD, NEW, OTHER = (letter * 40 for letter in (b"a", b"b", b"c"))
COMMIT, NEXT = b"1" * 40, b"2" * 40

TEXT = b"".join(
    (
        COMMIT + b"\0",
        b":100644 100644 " + OLD + b" " + NEW + b" M\0dir/changed\0",
        b":000000 100644 " + NULL + b" " + NEW + b" A\0a\nnew one\0",
        b":100644 000000 " + OLD + b" " + NULL + b" D\0deleted\0",
        b":000000 160000 " + NULL + b" " + OTHER + b" A\0submodule\0",
        NEXT + b"\0",
        b"::100644 100644 100644 " + OLD + b" " + OTHER + b" " + NEW + b" MM\0merged\0",
        b"::000000 100644 100644 " + NULL + b" " + OTHER + b" " + NEW + b" AM\0merged from one\0",
    )
)
WRITES = [
    (COMMIT, b"dir/changed", NEW, (OLD,)),
    (COMMIT, b"a\nnew one", NEW, ()),
    (NEXT, b"merged", NEW, (OLD, OTHER)),
    (NEXT, b"merged from one", NEW, (OTHER,)),
]


@given(st.lists(st.integers(0, len(TEXT))))
def test_chunks_may_end_anywhere(cuts):
    """Deletions and submodules are no writes; merges have each parent that had the path."""
    edges = [0, *sorted(cuts), len(TEXT)]
    parser = RawDiffParser()
    assert [write for low, high in pairwise(edges) for write in parser.feed(TEXT[low:high])] == WRITES


def test_wanted_blobs_only():
    """A blob that is not in `wanted` is passed over, in plain records and in merges."""
    assert RawDiffParser({OLD}).feed(TEXT) == []
    assert RawDiffParser({NEW}).feed(TEXT) == WRITES


def test_ids_of_sha256():
    """The width of ids is taken from the record."""
    old, new = b"d" * 64, b"e" * 64
    text = COMMIT + b"\0:100644 100755 " + old + b" " + new + b" M\0run.sh\0"
    assert RawDiffParser().feed(text) == [(COMMIT, b"run.sh", new, (old,))]
