"""Encoded words of mails' headers, and uuencoded files: found where they stand."""

from __future__ import annotations

import binascii
from email.header import Header

import pytest
from helpers.decoding import ANTHROPIC, TOKENS, found, secrets


def words(text, way, width=60, between="\r\n "):
    """`text` as encoded words, each of `width` characters of it."""
    parts = [text[at : at + width] for at in range(0, len(text), width)]
    if way in "Bb":
        bodies = [binascii.b2a_base64(part.encode(), newline=False).decode() for part in parts]
    else:
        bodies = ["".join(c if c.isalnum() else f"={ord(c):02X}" for c in part) for part in parts]
    return between.join(f"=?utf-8?{way}?{body}?=" for body in bodies)


def uu(data: bytes, mode="644", name="a.txt", end="\n") -> bytes:
    """`data` as uuencode writes it."""
    lines = [binascii.b2a_uu(data[at : at + 45]).rstrip(b"\n") for at in range(0, len(data), 45)]
    return end.encode().join([f"begin {mode} {name}".encode(), *lines, b"`", b"end", b""])


@pytest.mark.parametrize("name", TOKENS)
@pytest.mark.parametrize("way", "BbQq")
@pytest.mark.parametrize("width", [7, 45, 200])
def test_encoded_words(engines, name, way, width):
    """A token in one word or in many, which stand side by side or on lines of their own."""
    for between in (" ", "\r\n ", "\n\t"):
        text = f"From: me\r\nSubject: key {words(TOKENS[name], way, width, between)} is new\r\n\r\nHello\r\n"
        assert secrets(engines, text) == [TOKENS[name]]


def test_encoded_words_as_python_writes_them(engines):
    """Of several charsets; the place is that of the words."""
    for charset in ("utf-8", "us-ascii", "iso-8859-1"):
        text = Header(f"the key: {ANTHROPIC}", charset, maxlinelen=70).encode()
        if "=?" in text:
            assert secrets(engines, f"Subject: {text}\n") == [ANTHROPIC]
    text = f"a\nSubject: {words(ANTHROPIC, 'Q', 200)} b\n"
    ((_, place, how),) = found(engines, text)
    assert text.index("=?") <= text.index(place) < text.index("?=")
    assert "encoded words" in how


@pytest.mark.parametrize(
    "text", ["=?utf-8?Q?", "=?utf-8?B?!!!!?=", "=?utf-8?X?abc?=", "=?utf-8?Q?" + "a" * 5000, "=?utf-8?b?Zg?= x"]
)
def test_damaged_words_are_nothing(engines, text):
    """And what stands behind them on the line is found as it is."""
    assert secrets(engines, f"{text} k = {ANTHROPIC}\n") == [ANTHROPIC]


@pytest.mark.parametrize("name", TOKENS)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_uuencoded_text(engines, name, end):
    """A token within, also across its lines; two files in one text."""
    plain = f"x = 1\npadding padding\napi_key = '{TOKENS[name]}'\n"
    assert secrets(engines, b"mail\n" + uu(plain.encode(), end=end)) == [TOKENS[name]]
    twice = uu(b"nothing\n", end=end) + uu(plain.encode(), "600", end=end)
    assert secrets(engines, twice) == [TOKENS[name]]


def test_what_is_no_uuencode(engines):
    """Prose that begins like it, a damaged file, and one that is no text."""
    for text in (
        b"begin 644 times\nand more\n",
        uu(b"text")[:-8],
        uu(b"\0\1\2\3" + ANTHROPIC.encode()),
        b"xbegin 644 a\n",
    ):
        assert secrets(engines, text) == []
