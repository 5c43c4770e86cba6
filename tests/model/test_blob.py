"""Bytes to scan and where they are from."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keyscan.model.blob import Blob, Origin, decode_path


@given(st.binary(max_size=40))
def test_paths_of_any_bytes_come_back(path):
    """Nothing is lost in decoding a name."""
    assert decode_path(path).encode("utf-8", "surrogateescape") == path


def test_the_file_of_a_member():
    """The archive's path, for what is inside of it."""
    assert Origin("a.zip!/b/c.txt", member="!/b/c.txt").file == "a.zip"
    assert Origin("a.txt").file == "a.txt"


def test_bytes_are_not_shown():
    """The representation of a blob, as in a traceback, holds no content."""
    assert "hidden" not in repr(Blob(b"hidden", Origin("a")))
