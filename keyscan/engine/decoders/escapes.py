"""Views of a text without its escapes, and with strings that stand in pieces joined."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.engine.decoders.view import AROUND, Pieces, Unread, View, windows
from keyscan.engine.prefilter.encoding_triggers import (
    CUTS,
    DASHES,
    ESCAPED,
    ESCAPES,
    FULL_WIDTH,
    INVISIBLE,
    PIECES,
    PRINTABLE,
    QUOTES,
    Trigger,
)
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

# The widest trigger, with room to spare, and the bytes of lines with escapes that are decoded of one text.
_WIDEST = 64
LARGEST = 2 * 1024 * 1024

_ESCAPE = lazy_pattern(
    rb"(?P<nothing>" + INVISIBLE.encode() + rb")|(?P<u>\\{1,4}u00[2-7][0-9A-Fa-f]|\\u\{0{0,4}[2-7][0-9A-Fa-f]\})"
    rb"|(?P<long>\\U000000[2-7][0-9A-Fa-f])|(?P<x>\\{1,4}x[2-7][0-9A-Fa-f]|\\x\{0{0,4}[2-7][0-9A-Fa-f]\})"
    rb"|(?P<octal>\\{1,2}[01][0-7]{2})|(?P<percent>%(?:25)*[2-7][0-9A-Fa-f])"
    rb"|(?P<printable>=(?:2[1-9A-F]|[3-6][0-9A-F]|7[0-9A-E]))"
    rb"|(?P<entity>&#(?:[xX]0{0,3}[0-9A-Fa-f]{2}|0{0,3}[0-9]{2,3});)|(?P<named>&(?:hyphen|dash|lowbar|UnderBar|quot|apos);)"
    rb"|(?P<plain>\\{1,4}[/\"])|(?P<mark>\\[_-])|(?P<dash>"
    + DASHES.encode()
    + rb")|(?P<quote>"
    + QUOTES.encode()
    + rb")|(?P<wide>"
    + FULL_WIDTH.encode()
    + rb")"
)
_NAMES = {"u": "\\u escapes", "x": "\\x escapes", "percent": "percent-encoding", "entity": "character references",
          "mark": "backslashes", "nothing": "invisible characters", "long": "\\U escapes", "octal": "octal escapes",
          "named": "character references", "dash": "dashes", "quote": "typographic quotes", "plain": "escaped quotes",
          "wide": "full-width characters", "printable": "quoted-printable"}  # fmt: skip
_BASES = {"octal": 8, "u": 16, "x": 16, "long": 16, "percent": 16, "printable": 16}


# Without this on a line, what looks like an escape of quoted-printable is a value behind its name: `key=4A...`.
_PRINTABLE = lazy_pattern(PRINTABLE.encode())


def without_escapes(data: bytes, hits: Iterable[tuple[Trigger, int]]) -> Iterator[View | Unread]:
    """A view of the lines with escapes between characters of tokens, if a hit says that there are some."""
    hits = list(hits)
    near = _near(data, [end for trigger, end in hits if trigger.kind == ESCAPES])
    spans = [match.span() for low, high in near for match in ESCAPED.finditer(data, low, high)]
    marks = _marks(data, hits)
    spans = sorted(spans + marks) if marks else spans
    pieces, name = Pieces(), ""
    for start, end in windows(data, spans):
        escapes = [(escape, _meaning(escape)) for escape in _ESCAPE.finditer(data, start, end)]
        if any(escape.lastgroup == "printable" for escape, _ in escapes) and not _PRINTABLE.search(data, start, end):
            escapes = [(escape, char) for escape, char in escapes if escape.lastgroup != "printable"]
        if all(char is None for _, char in escapes):
            continue  # nothing but characters that no token holds: the view would be the text itself
        at = start
        for escape, char in escapes:
            if char is None:
                continue
            name = name or _NAMES.get(escape.lastgroup or "", "")
            pieces.copy(data, at, escape.start())
            if char:
                pieces.instead(char, *escape.span())
            at = escape.end()
        pieces.copy(data, at, end)
        pieces.instead(b"\n", end, end)
        if len(pieces.text) > LARGEST:
            yield Unread(f"more than {LARGEST >> 20} MB of lines with escapes; the rest was not decoded")
            break
    if pieces.text:
        yield View(name or "escapes", bytes(pieces.text), pieces.back, pieces.touched)


# What stands of a token in front of the first backslash that Markdown's editors put into it.
_UP_TO_MARK = lazy_pattern(rb"[A-Za-z0-9_.-]{0,200}?(?=\\[_-][A-Za-z0-9_\\-])")


def _marks(data: bytes, hits: list[tuple[Trigger, int]]) -> list[tuple[int, int]]:
    """The first backslash within each token that begins with a rule's prefix, however few letters follow it.

    So are the prefixes that hold backslashes themselves.
    """
    places = []
    for trigger, end in hits:
        if trigger.kind == ESCAPES and trigger.literal:
            places.append((end - trigger.width, end))
        mark = _UP_TO_MARK.match(data, end) if trigger.kind == PIECES else None
        if mark:
            places.append((mark.end(), mark.end() + 2))
    return places


def _near(data: bytes, ends: list[int]) -> list[tuple[int, int]]:
    """What has to be searched to find what ends at `ends`, in rising order: the expression is slow over much text."""
    near: list[tuple[int, int]] = []
    for end in ends:
        low, high = max(0, end - _WIDEST), min(len(data), end + _WIDEST)
        if near and low <= near[-1][1]:
            low = near.pop()[0]
        near.append((low, high))
    return near


_FULL_WIDTH_OFFSET = ord("\N{FULLWIDTH LATIN SMALL LETTER A}") - ord("a")


_NAMED = {b"&lowbar;": b"_", b"&UnderBar;": b"_", b"&quot;": b'"', b"&apos;": b"'"}
# The last byte of single quotation marks in UTF-8.
_SINGLE = frozenset(b"\x98\x99\x9a\x9b")


def _meaning(escape: re.Match[bytes]) -> bytes | None:
    """The character that an escape stands for, empty for an invisible one; None for one that no token holds."""
    text, kind = escape[0], escape.lastgroup or ""
    if kind == "nothing":
        return b""
    if kind in {"plain", "mark"}:
        return text[-1:]
    if kind == "named":
        return _NAMED.get(text, b"-")
    if kind == "quote":
        return b"'" if text[-1] in _SINGLE and text.startswith(b"\xe2\x80") else b'"'
    if kind == "dash":
        return b"-"
    if kind == "wide":
        code = ord(text.decode()) - _FULL_WIDTH_OFFSET
    elif kind == "entity":
        code = int(text[3:-1], 16) if text[2:3] in b"xX" else int(text[2:-1])
    else:
        digits = text.rstrip(b"}")
        code = int(digits[-3:] if kind == "octal" else digits[-2:], _BASES[kind])
    return bytes([code]) if 0x20 < code < 0x7F else None  # noqa: PLR2004 - what can be seen


# A comment between two pieces: in the line, or up to its end.
_COMMENT = rb"(?:/\*(?:[^*\r\n]|\*(?!/)){0,80}\*/[ \t]{0,4})?"
_LINE_COMMENT = rb"(?:(?://|#|--)[^\r\n]{0,80})?"
# What a language may put in front of a string: `f"`, `br'`, `L"`, `u8"`, `$@"`.
_KINDS = rb"(?:u8R?|[rbfuRBFUL$@]{1,2})?"
# The quotes may be escaped, where code stands in JSON, and so may the line ends.
_OPERATOR = rb"\+|\.{1,2}|&%s|\|\||<>|~|_|\\|\^|\*"
_JOINTS = (
    # An operator may have the mark of a continued line behind it, as in Visual Basic and PowerShell.
    rb"""\\{0,3}["'`][ \t]{0,4}"""
    + _COMMENT
    + rb"(?:(?:"
    + _OPERATOR
    + rb")[ \t]{0,4}(?:[_`][ \t]{0,4})?)?"
    + _COMMENT
    + rb"(?:"
    + _LINE_COMMENT
    + rb"\\?(?:\r?\n|\\n)[ \t]{0,80}){0,2}"
    + _COMMENT
    + rb"(?:(?:\+|\.{1,2}|&|\|\||<>)[ \t]{0,4})?"
    + _COMMENT
    + _KINDS
    + rb"""\\{0,3}["'`]|\\\r?\n[ \t]{0,80}"""
    # Soft line breaks of quoted-printable, and colour codes of terminals.
    rb"|=[ \t]{0,4}\r?\n|(?:\x1b\[[0-9;]{0,20}[mK])+"
)
_JOINT = lazy_pattern(_JOINTS % b"")
# A list of prefixes is no key: commas join only near a function that joins. First the words of these functions, in
# lower case: an expression that may begin with any of several letters takes fifty times as long.
_JOINERS = (b"join", b"concat", b"paste", b"strcat")
_JOINING = lazy_pattern(rb"(?i)(?:join|concat!?|paste0?|strcat)[ \t]?\(")
_LISTED = lazy_pattern(_JOINTS % b"|,")
_UP_TO_JOINT = lazy_pattern(rb"""[\w.-]{0,200}?(?="|'|`|\\|=[ \t]{0,4}\r?\n|\x1b\[)""")


def _joint(data: bytes, start: int, stop: int) -> re.Pattern[bytes]:
    line = max(data.rfind(b"\n", 0, start) + 1, start - AROUND)
    near = data[line:stop].lower()
    joining = any(word in near for word in _JOINERS) and _JOINING.search(data, line, stop)
    return _LISTED if joining else _JOINT


def joined(data: bytes, hits: Iterable[tuple[Trigger, int]]) -> Iterator[View]:
    """A view of the lines on which a quote cuts a prefix short and a string goes on behind it, joined."""
    spans = []
    for trigger, end in hits:
        literal = trigger.literal.encode()
        if trigger.kind != PIECES or literal not in data[max(0, end - trigger.width) : end]:
            continue
        rest = _UP_TO_JOINT.match(data, end - (data[end - 1 : end] in CUTS))
        joint = _joint(data, rest.end(), rest.end() + AROUND).match(data, rest.end()) if rest else None
        if joint:
            spans.append((joint.start(), joint.end()))
    pieces = Pieces()
    for start, end in windows(data, sorted(set(spans))):
        # The pieces go on after the line of the first joint.
        stop = min(len(data), end + AROUND)
        at = start
        for joint in _joint(data, start, stop).finditer(data, start, stop):
            pieces.copy(data, at, joint.start())
            at = joint.end()
        pieces.copy(data, at, stop)
        pieces.instead(b"\n", stop, stop)
    if pieces.text:
        yield View("a string in pieces", bytes(pieces.text), pieces.back, pieces.touched, certain=True)
