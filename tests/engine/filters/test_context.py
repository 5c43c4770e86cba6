"""What makes a text binary: NULs, but not a stray one in text."""

from __future__ import annotations

import pytest

from keyscan.engine.filters.context import is_binary


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
