"""What makes a text binary: NULs, but not a stray one in text."""

from __future__ import annotations

import pytest

from keyscan.engine.confirm import Candidate
from keyscan.engine.filters.context import Context, context_of, has_expired, is_binary


@pytest.mark.parametrize(
    ("data", "binary"),
    [
        (b"", False),
        (b"x = 1\n" * 100, False),
        (b"x = 1\0\n" + b"password = 'a'\n" * 20, False),
        (b"\0" * 3 + b"x = 1\n" * 50, True),
        (b"\x7fELF\x02\x01\x01\0" + b"x" * 100, True),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + b"x" * 100, True),
        (b"a\0b\0c\0d\0", True),
        ("ключ = 1\n".encode() * 10 + b"\0", False),
        (b"x" * 9000 + b"\0" * 100, False),
    ],
)
def test_binary_files_are_told_from_text_with_a_stray_nul(data, binary):
    """One NUL in a text that is otherwise plain leaves it a text; NULs among other control bytes do not."""
    assert is_binary(data) is binary


def test_the_text_round_a_match_is_bounded():
    """The rest of its line on either side, what the rule matched before it, and what stands near."""
    secret = b"S" * 20
    line = b"x" * 300 + b" key = " + secret + b" # note"
    data = b"before\n" + line + b"\nafter"
    start = data.index(secret)
    found = context_of(data, Candidate(start - 6, start + 20, start, start + 20), "a.py")
    assert found.before == line[: line.index(secret)][-200:]
    assert (found.after, found.lead, found.path) == (b" # note", b"key = ", "a.py")
    assert found.left == data[: start - 6][-64:]
    assert found.near == data


def test_a_signed_address_that_has_expired():
    """The last of its days decides, and an address without one never expires."""
    assert has_expired(Context(b"", b"", near=b"?se=2001-01-01&ske=2001-01-02"))
    assert not has_expired(Context(b"", b"", near=b"?se=2001-01-01&ske=2999-01-02"))
    assert not has_expired(Context(b"", b"", near=b"se=2001-01-01"))
