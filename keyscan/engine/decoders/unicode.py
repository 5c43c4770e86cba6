"""Text that is not stored as UTF-8: recognised by its first bytes, and turned into it."""

from __future__ import annotations

from typing import NamedTuple

from keyscan.support.lazy_pattern import lazy_pattern

# How much of a text without a byte order mark is looked at; git calls binary what has a NUL in so much.
PROBE = 8000
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_UNITS = {"utf-16": 2, "utf-32": 4}
# So many bytes of ASCII in a row are no UTF-16 or UTF-32: hardly ever are they in Chinese, and a key has as many.
_SINGLE = lazy_pattern(rb"[\x20-\x7e]{16}")
# What text holds beside NULs, and the largest share of NULs that separate its parts (`env -0`, lists of git).
_TEXT = bytes(range(0x20, 0x100)) + b"\t\n\r\f\x1b\0"
_NULS = 8
_FIRST_BYTES = frozenset({b"\xff\xfe", b"\xfe\xff", b"\xef\xbb"})


class Text(NamedTuple):
    """A text in UTF-8, and the name of what it was stored as; empty for UTF-8 itself."""

    data: bytes
    stored: str


def text_of(data: bytes) -> Text:
    """`data` as an editor shows it: UTF-16 and UTF-32 turned into UTF-8, a byte order mark taken off.

    Anything else is returned as it is. What can't be decoded becomes U+FFFD.
    """
    if data[:2] not in _FIRST_BYTES and b"\0" not in data[:PROBE]:
        return Text(data, "")
    if data[:3] == b"\xef\xbb\xbf":
        return Text(data[3:], "")
    name = encoding_of(data)
    if not name:
        return Text(_without_separators(data), "")
    if _SINGLE.search(data):
        # A false mark: decoded, the text would be lost. What is UTF-16 in it all the same, the engine finds.
        return Text(data, "")
    # A last character that is cut in two stands for itself where its first byte is all that tells it.
    whole = data + b"\0" * (-len(data) % _UNITS[name[:6]]) if name.endswith("le") else data
    text = whole.decode(name, "replace").removeprefix("\ufeff")
    return Text(text.encode("utf-8", "replace"), name[:6].upper())


def encoding_of(data: bytes) -> str:
    """`utf-16-le` and the like for what has its byte order mark or its zeros; empty for anything else."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    head = data[:PROBE]
    if b"\0" not in head[:64] or len(head) < 4:  # noqa: PLR2004 - one character of UTF-32
        return ""
    if head.count(0) * 10 < len(head) * 3:  # text in UTF-16 or UTF-32 has more; so have few binary files
        return ""
    zeros = [head[place::4].count(0) * 4 / len(head) for place in range(4)]
    return _by_zeros(*zeros)


def _without_separators(data: bytes) -> bytes:
    """`data` with spaces for NULs, in the same places, where these separate or litter what is otherwise text."""
    head = data[:PROBE]
    if head[:64].translate(None, _TEXT):  # nearly all binary files, without counting
        return data
    nuls = head.count(0)
    if not nuls or nuls * _NULS > len(head) or head.translate(None, _TEXT):
        return data
    return data.replace(b"\0", b" ")


def _by_zeros(first: float, second: float, third: float, fourth: float) -> str:
    """The encoding by the share of zeros among the first, second, third and fourth bytes of each four."""
    many, few, most = 0.6, 0.1, 0.9
    if third > most and fourth > most:
        return "utf-32-le" if first < few else ""
    if first > most and second > most:
        return "utf-32-be" if fourth < few else ""
    if second > many and fourth > many and first < few and third < few:
        return "utf-16-le"
    if first > many and third > many and second < few and fourth < few:
        return "utf-16-be"
    return ""
