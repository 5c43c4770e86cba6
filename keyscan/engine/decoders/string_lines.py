r"""Lines of text that stand as strings in JSON, one a line, as notebooks keep their cells: `"api_key = (\n",`.

What spans two of these lines is cut by quotes, a comma and an indent. A view shows the lines as they mean, so that a
value on the line after its name is found, and a table by its header.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.engine.decoders.view import Pieces, Unread, View
from keyscan.engine.prefilter.encoding_triggers import TABLE, TABLE_HEADER, WIDEST
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from keyscan.engine.prefilter.encoding_triggers import Trigger

# Bytes of lines around a hit on either side, and of the view of one text.
REACH = 16 * 1024
LARGEST = 1024 * 1024

_LINE = lazy_pattern(rb'[ \t]*+"((?>(?:[^"\\\n]|\\[^\n])*))"[ \t]*+,?[ \t]*+\r?')
_FIRST_QUOTE = lazy_pattern(rb'[ \t]*+"')
_ESCAPE = lazy_pattern(rb'\\(?:u00([0-7][0-9A-Fa-f])|(["\\/nrt]))')
_MEANINGS = {b"n": b"\n", b"r": b"\r", b"t": b"\t"}


def string_lines(data: bytes, hits: Iterable[tuple[Trigger, int]]) -> Iterator[View | Unread]:
    """A view of the lines around the hits; what a bound left out is said in its place."""
    pieces = Pieces()
    done = -1
    for trigger, end in hits:
        # An expression may include the end of the line.
        at = end - 1
        if trigger.kind != TABLE or at <= done or not _is_header(data, at):
            continue
        lines = _around(data, at)
        if len(lines) < 2:  # noqa: PLR2004 - a line by itself hides nothing
            continue
        for line in lines:
            _add(data, pieces, line)
        done = lines[-1].end()
        if len(pieces.text) > LARGEST:
            yield Unread(f"more than {LARGEST >> 20} MB of lines in strings; the rest was not read as text")
            break
    if pieces.text:
        text = bytes(pieces.text)
        yield View("lines in strings", text, pieces.back, lambda start, end: b"\n" in text[start:end], plain=True)


def _is_header(data: bytes, at: int) -> bool:
    """Whether the line at `at` may be a string and holds what the trigger finds: without Hyperscan, a word is a hit."""
    low, high = max(0, at - WIDEST), at + WIDEST
    start = data.rfind(b"\n", low, at) + 1
    # Few lines are strings, and that is told sooner.
    if start and not _FIRST_QUOTE.match(data, start):
        return False
    stop = data.find(b"\n", at, high) + 1
    return bool(TABLE_HEADER.search(data, start or low, stop or high))


def _around(data: bytes, at: int) -> list[re.Match[bytes]]:
    """The line at `at` and those next to it that are strings, as matches of _LINE; none where that line is none."""
    low, high = max(0, at - REACH), min(len(data), at + REACH)
    start = data.rfind(b"\n", low, at) + 1
    first = _line(data, start, high)
    if first is None:
        return []
    before: list[re.Match[bytes]] = []
    while start > low:
        begin = data.rfind(b"\n", low, start - 1) + 1
        line = _line(data, begin, start) if begin or not low else None
        if line is None:
            break
        before.append(line)
        start = begin
    lines = [*reversed(before), first]
    while lines[-1].end() < high:
        line = _line(data, lines[-1].end() + 1, high)
        if line is None:
            break
        lines.append(line)
    return lines


def _line(data: bytes, start: int, high: int) -> re.Match[bytes] | None:
    """The string that is the line at `start`, if it ends before `high`."""
    match = _LINE.match(data, start, high)
    return match if match and (match.end() == len(data) or data[match.end() : match.end() + 1] == b"\n") else None


def _add(data: bytes, pieces: Pieces, line: re.Match[bytes]) -> None:
    """Add a line as it means, and its end."""
    at, stop = line.span(1)
    if data.find(b"\\", at, stop) == stop - 2 and data[stop - 1 : stop] == b"n":
        # Most lines hold no escape but that of their end.
        pieces.copy(data, at, stop - 2)
        pieces.instead(b"\n", stop - 2, stop)
        return
    for escape in _ESCAPE.finditer(data, at, stop):
        pieces.copy(data, at, escape.start())
        code, letter = escape.groups()
        pieces.instead(bytes([int(code, 16)]) if code else _MEANINGS.get(letter, letter), *escape.span())
        at = escape.end()
    pieces.copy(data, at, stop)
    if not pieces.text.endswith(b"\n"):
        pieces.instead(b"\n", stop, stop)
