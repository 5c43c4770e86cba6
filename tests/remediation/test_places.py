"""Places of secrets in bytes, and encodings that are written back as they were."""

from __future__ import annotations

import pytest

from keyscan.remediation.places import encoded, masked, text_of


@pytest.mark.parametrize(
    "raw",
    [
        b"plain \xc3\xa4\r\n",
        b"\xef\xbb\xbfmarked",
        b"\xff\xfe" + "ü\r\n".encode("utf-16-le"),
        b"\xfe\xff" + "ü".encode("utf-16-be"),
        "some longer text without a mark".encode("utf-16-le"),
        b"latin \xe4 bytes",
        b"",
    ],
)
def test_unchanged_text_is_written_back_byte_for_byte(raw):
    """Encoding and byte order mark are those of the file."""
    text = text_of(raw)
    assert text is not None
    assert encoded(text, raw) == raw


def test_text_that_cannot_be_written_back_has_no_text():
    """Half a surrogate pair would change: the file is left alone."""
    assert text_of(b"\xff\xfe\x00\xd8a\x00") is None


def test_longer_secrets_are_masked_first():
    """A secret that holds another one leaves nothing of itself."""
    assert masked(b"abcdef abc", [(b"abcdef", "...[1]"), (b"abc", "...[2]")]) == b"...[1] ...[2]"
