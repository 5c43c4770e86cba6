"""Text that is not stored as UTF-8: recognised by its first bytes, and turned into it."""

from __future__ import annotations

from typing import NamedTuple

# How much of a text without a byte order mark is looked at.
_PROBE = 4000
_MARKS = (
    (b"\xff\xfe\0\0", "utf-32-le"),
    (b"\0\0\xfe\xff", "utf-32-be"),
    (b"\xff\xfe", "utf-16-le"),
    (b"\xfe\xff", "utf-16-be"),
)
_ASCII = bytes(range(0x20, 0x7F)) + b"\t\n\r\f"
_FIRST_BYTES = frozenset({b"\xff\xfe", b"\xfe\xff", b"\xef\xbb"})


class Text(NamedTuple):
    """A text in UTF-8, and the name of what it was stored as; empty for UTF-8 itself."""

    data: bytes
    stored: str


def text_of(data: bytes) -> Text:
    """`data` as an editor shows it: UTF-16 and UTF-32 turned into UTF-8, a byte order mark taken off.

    Anything else is returned as it is. What can't be decoded becomes U+FFFD.
    """
    if data[:2] not in _FIRST_BYTES and b"\0" not in data[:64]:
        return Text(data, "")
    if data[:3] == b"\xef\xbb\xbf":
        return Text(data[3:], "")
    name = encoding_of(data)
    if not name or _is_ascii_behind_mark(data):
        return Text(data, "")
    text = data.decode(name, "replace").removeprefix("\ufeff")
    return Text(text.encode("utf-8", "replace"), name[:6].upper())


def encoding_of(data: bytes) -> str:
    """`utf-16-le` and the like for what has its byte order mark or its zeros; empty for anything else."""
    for mark, name in _MARKS:
        if data.startswith(mark):
            return name
    head = data[:_PROBE]
    if b"\0" not in head[:64] or len(head) < 4:  # noqa: PLR2004 - one character of UTF-32
        return ""
    zeros = [head[place::4].count(0) * 4 / len(head) for place in range(4)]
    return _by_zeros(*zeros)


def _is_ascii_behind_mark(data: bytes) -> bool:
    """Whether what follows a mark is text of single bytes: the mark is false, and decoded the text would be lost."""
    head = data[2:_PROBE]
    return len(head) > 1 and b"\0" not in head and not head.translate(None, _ASCII)


def _by_zeros(first: float, second: float, third: float, fourth: float) -> str:
    """The encoding by the share of zeros among the first, second, third and fourth bytes of each four."""
    many, few = 0.6, 0.1
    if second > many and third > many and fourth > many:
        return "utf-32-le" if first < few else ""
    if first > many and second > many and third > many:
        return "utf-32-be" if fourth < few else ""
    if second > many and fourth > many and first < few and third < few:
        return "utf-16-le"
    if first > many and third > many and second < few and fourth < few:
        return "utf-16-be"
    return ""
