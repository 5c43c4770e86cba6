"""Splices: applied together, offsets moved, escapes decoded."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.remediation.rewrite.interface import Splice, Target, moved, spliced, unescaped


def test_splices_apply_in_any_order_and_once():
    """Equal splices (the same import twice) count once; the order in which they are given does not matter."""
    splices = (Splice(4, 5, b"X"), Splice(0, 0, b"A"), Splice(0, 0, b"A"))
    assert spliced(b"abcdef", splices) == b"AabcdXf"
    with pytest.raises(ValueError, match="overlapping"):
        spliced(b"abcdef", (Splice(0, 3, b""), Splice(2, 4, b"")))


@given(st.binary(max_size=40), st.data())
def test_moved_offsets_name_the_same_bytes(text, data):
    """A place that no splice changes holds the same bytes after the splices."""
    cuts = sorted(data.draw(st.lists(st.integers(0, len(text)), min_size=2, max_size=6)))
    splices = tuple(
        Splice(a, b, data.draw(st.binary(max_size=5))) for a, b in zip(cuts[0::2], cuts[1::2], strict=False) if a < b
    )
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    there = moved(start, end, splices)
    if there and start < end:
        assert spliced(text, splices)[there[0] : there[1]] == text[start:end]


def test_escapes_that_languages_share_are_decoded_others_are_not_guessed():
    """An escape that is not the same everywhere has no value here."""
    assert unescaped(rb"a\n\"\\") == b'a\n"\\'
    assert unescaped(rb"\x41") is None
    assert unescaped(b"plain") == b"plain"


def test_target_hides_the_text():
    """No secret is in the representation of a target."""
    assert "hunter2" not in repr(Target(b"k = 'hunter2'", 5, 12, "K"))
