"""Byte offsets -> lines and columns, counted from the nearest place known."""

from __future__ import annotations

import sys
from bisect import bisect_right, insort
from functools import cached_property
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyscan.model.finding import Location


# Nearer places than this are not worth remembering, in bytes.
_STEP = 1024


class Lines:
    """The lines of a text whose first byte is at `line` and `column`. A line ends at LF.

    `stored` names the encoding that the text was stored in, `cell` tells the notebook's cell at an offset.
    """

    def __init__(
        self,
        data: bytes,
        line: int = 1,
        column: int = 1,
        stored: str = "",
        cell: Callable[[int], int | None] | None = None,
    ) -> None:
        self.data, self._line, self._column = data, line, column
        self._stored, self._cell = stored, cell
        # Offsets whose lines were counted, in rising order.
        self._known = [(0, 1)]

    @cached_property
    def _starts(self) -> list[int]:
        starts = [0]
        at = self.data.find(b"\n")
        while at >= 0:
            starts.append(at + 1)
            at = self.data.find(b"\n", at + 1)
        return starts

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of a byte offset, both from 1; the column counts code points (a bad byte counts one)."""
        # Counted on from the nearest place known: a list of all lines takes longer than scanning them did.
        near = bisect_right(self._known, (offset, sys.maxsize)) - 1
        at, line = self._known[near]
        line += self.data.count(b"\n", at, offset)
        if offset - at > _STEP:
            insort(self._known, (offset, line))
        before = self.data[self.data.rfind(b"\n", 0, offset) + 1 : offset]
        column = len(before.decode("utf-8", "replace")) + (self._column if line == 1 else 1)
        return line + self._line - 1, column

    def offset(self, line: int, column: int) -> int:
        """The byte offset of a line and column, for text that is valid UTF-8: the inverse of `position`."""
        line -= self._line - 1
        column -= self._column - 1 if line == 1 else 0
        start = self._starts[line - 1]
        end = self._starts[line] if line < len(self._starts) else len(self.data)
        return start + len(self.data[start:end].decode("utf-8", "replace")[: column - 1].encode("utf-8"))

    def location(self, start: int, end: int, decoded: str = "") -> Location:
        """Where data[start:end] stands; `end_column` is exclusive. `decoded`: what was looked through there."""
        cell = self._cell(start) if self._cell else None
        through = ", ".join(filter(None, (self._stored, decoded)))
        from keyscan.model.finding import Location  # a clean scan needs none

        return Location(*self.position(start), *self.position(end), cell, through)

    def line_text(self, line: int) -> bytes:
        """The bytes of a line, without its end."""
        start = self._starts[line - self._line]
        end = self.data.find(b"\n", start)
        return self.data[start : end if end >= 0 else None].rstrip(b"\r")
