"""Text in two bytes a character (UTF-16) that no byte order mark and no share of zeros announces.

Text in Chinese with a key in it, a program's resources, a piece from the middle of a large file.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.engine.decoders.view import View, everywhere
from keyscan.engine.filters.context import is_binary
from keyscan.engine.prefilter.encoding_triggers import WIDE

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyscan.engine.prefilter.encoding_triggers import Trigger

# Characters on either side of a hit that are decoded.
_REACH = 16 * 1024
_PRINTABLE = bytes(range(0x20, 0x7F)) + b"\t\r\n"
# A run shorter than this holds no secret.
_SHORT = 8


def wide_runs(data: bytes, hits: Iterable[tuple[Trigger, int]]) -> Iterator[View]:
    """A view of each run of printable characters with a zero byte beside each in which a trigger was hit."""
    done = {0: 0, 1: 0}
    for trigger, end in hits:
        parity = (end - 1) & 1
        if trigger.kind != WIDE or end <= done[parity]:
            continue
        first, last = _run(data, end - 1)
        done[parity] = last + 1
        if last - first >= 2 * _SHORT:
            # In a program's resources only values that are certain by themselves count.
            yield View("UTF-16", data[first : last + 1 : 2], _Place(first), everywhere, certain=is_binary(data))


class _Place:
    """The way back from a run of every second byte, the first of which is at `first`."""

    def __init__(self, first: int) -> None:
        self._first = first

    def __call__(self, start: int, end: int) -> tuple[int, int]:
        return self._first + 2 * start, self._first + 2 * end - 1


def _run(data: bytes, at: int) -> tuple[int, int]:
    """The first and the last character of the run in which the character at `at` stands, bounded."""
    low = max(at & 1, at - 2 * _REACH)
    characters, zeros = data[low : at + 1 : 2], data[low + 1 : at : 2]
    before = min(len(characters) - len(characters.rstrip(_PRINTABLE)), len(zeros) - len(zeros.rstrip(b"\0")) + 1)
    high = at + 2 * _REACH
    characters, zeros = data[at:high:2], data[at + 1 : high : 2]
    after = min(len(characters) - len(characters.lstrip(_PRINTABLE)), len(zeros) - len(zeros.lstrip(b"\0")) + 1)
    return at - 2 * (before - 1), at + 2 * (after - 1)
