"""Tables in text: CSV, TSV, their kin with semicolons and bars, and tables of Markdown, each cell beside its header.

A value in a table is bound to a name that stands lines above it. A view shows the cells of columns whose header may
name a secret as `header="value"`, so that every rule judges them as it judges settings. RFC 4180 is followed: cells
in quotes may hold separators, line ends and doubled quotes.
"""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

from keyscan.engine.decoders.table_header import LONGEST_HEADER, NOT_IN_NAMES, RULE, Column, layout_of
from keyscan.engine.decoders.view import COLUMN, Pieces, Unread, View
from keyscan.engine.prefilter.encoding_triggers import TABLE, TABLE_HEADER
from keyscan.support import stored_patterns

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyscan.engine.decoders.table_header import Layout
    from keyscan.engine.prefilter.encoding_triggers import Trigger

# A longer row ends its table.
LONGEST_ROW = 64 * 1024
# Rows of one table, and bytes of the view of all tables of one text.
MOST_ROWS = 500_000
LARGEST = 256 * 1024
# A column with more different values than this is data, unless the table lists accounts with their passwords.
_DATA = 50
# The same value in one column again and again is shown so many times.
_REPEATED = 50
# Up to this many values are shown with the text of their row, which may say that they are samples; more of them stand
# close together in the view, where the rules see that one name has many values.
_FEW = 4
_BESIDE = 100
# Cells that could be secrets, by length; rows with another number of cells than the header before the table ends.
_SHORTEST, _LONGEST = 6, 2000
_MOST_RAGGED = 3

_QUOTES = (b'"', b"'", b"`", b"")


class Cell(NamedTuple):
    """Where the content of a cell stands, without its quotes."""

    start: int
    end: int


class Value(NamedTuple):
    """A cell of a column that is shown: the name in front of it, its place, and that of its row."""

    name: bytes
    cell: Cell
    row: Cell


def tables(data: bytes, hits: Iterable[tuple[Trigger, int]]) -> Iterator[View | Unread]:
    """A view of the tables whose headers were hit, if there are any; what a bound left out is said in their place."""
    pieces = Pieces()
    done = -1
    for trigger, end in hits:
        if trigger.kind != TABLE or end - 1 <= done:
            continue
        first = max(0, end - 1 - LONGEST_HEADER)
        start = data.rfind(b"\n", first, end - 1) + 1
        stop = data.find(b"\n", end - 1, end + LONGEST_HEADER)
        if stop < 0 or (first and not start):
            continue
        layout = _layout(data, start, stop)
        # Both engines hit what the expression finds, and more: the line decides. Few lines get so far.
        if layout is None or not TABLE_HEADER.search(b"\n" + data[start : stop + 1]):
            done = max(done, stop)
            continue
        done, reason = _add_table(data, stop, layout, pieces)
        if reason:
            yield Unread(reason)
            break
    if pieces.text:
        yield View(COLUMN, bytes(pieces.text), pieces.back, pieces.touched, plain=True)


def _layout(data: bytes, start: int, stop: int) -> Layout | None:
    """The layout of the table whose header is data[start:stop], by that and the line below it, if it is one."""
    line = data[start:stop].removesuffix(b"\r")
    behind = data.find(b"\n", stop + 1, stop + 1 + LONGEST_ROW)
    following = data[stop + 1 : behind if behind >= 0 else stop + 1 + LONGEST_ROW]
    return layout_of(line, following)


def _add_table(data: bytes, stop: int, layout: Layout, pieces: Pieces) -> tuple[int, str]:
    """Add the values of the table whose header ends at `stop`; gives its end, and the bound that was hit."""
    rows = _Rows(data, layout.separator, layout.width, stop + 1)
    for values in _values(data, rows, layout.columns, accounts=layout.accounts):
        for value in values:
            add_value(data, pieces, value, beside=len(values) <= _FEW and not layout.accounts)
            if len(pieces.text) > LARGEST:
                return rows.at, f"more than {LARGEST >> 10} KB of cells under headers; the rest was not read"
    if rows.count >= MOST_ROWS:
        return rows.at, f"a table with more than {MOST_ROWS:,} rows; the rest was not read as a table"
    return max(stop, rows.at - 1), ""


def _values(data: bytes, rows: _Rows, columns: Sequence[Column], *, accounts: bool) -> list[list[Value]]:
    """The values of each column that is not data; in a list of accounts each has a name of its own."""
    shown: list[list[Value]] = [[] for _ in columns]
    different: list[dict[bytes, int]] = [{} for _ in columns]
    for number, row in enumerate(rows, 1):
        for column, values, seen in zip(columns, shown, different, strict=True):
            cell = row[column.number]
            if not _SHORTEST <= cell.end - cell.start <= _LONGEST or (len(seen) > _DATA and not accounts):
                continue
            text = data[cell.start : cell.end]
            seen[text] = times = seen.get(text, 0) + 1
            if times > _REPEATED:
                continue
            name = column.name + (b"_%d" % number if accounts else b"")
            if column.names >= 0:
                name = NOT_IN_NAMES.sub(b"_", data[slice(*row[column.names])])[:_BESIDE]
            values.append(Value(name, cell, Cell(row[0].start, row[-1].end)))
    return [values for values, seen in zip(shown, different, strict=True) if accounts or len(seen) <= _DATA]


def add_value(data: bytes, pieces: Pieces, value: Value, *, beside: bool) -> None:
    """Add `name="value"` on a line of its own, with what stands beside it in its row."""
    start, end = value.cell
    text = data[start:end]
    if b"\n" in text:
        return
    plain = text.replace(b'""', b'"')
    quote = next(mark for mark in _QUOTES if not mark or mark not in plain)
    pieces.instead(value.name + b"=" + quote, start, start)
    if plain == text:
        pieces.copy(data, start, end)
    else:
        pieces.instead(plain, start, end)
    pieces.instead(quote, end, end)
    if beside:
        pieces.instead(b" # ", end, end)
        pieces.copy(data, max(value.row.start, data.rfind(b"\n", 0, start) + 1, start - _BESIDE), start)
        stop = data.find(b"\n", end, end + _BESIDE)
        pieces.copy(data, end, min(value.row.end, stop if stop >= 0 else end + _BESIDE))
    pieces.instead(b"\n", end, end)


@cache
def _quoted_cell(separator: bytes) -> re.Pattern[bytes]:
    """A cell and what ends it; groups `quoted` or `plain`, and `end`."""
    mark = re.escape(separator)
    blank = rb" *+" if separator == b"\t" else rb"[ \t]*+"
    return stored_patterns.compiled(
        blank + rb'(?:"(?P<quoted>[^"]*+(?>(?:""[^"]*+)*))"' + blank + rb"(?=" + mark + rb"|\r?\n|\Z)"
        rb"|(?P<plain>[^\n" + mark + rb"]*+))(?P<end>" + mark + rb"|\n|\r\n|\Z)"
    )


class _Rows:
    """The rows below a header as cells; `at` is where the next one begins, `count` how many there were."""

    def __init__(self, data: bytes, separator: bytes, width: int, at: int) -> None:
        self._data, self._separator, self._width = data, separator, width
        self.at = at
        self.count = 0

    def __iter__(self) -> Iterator[list[Cell]]:
        ragged = 0
        while self.at < len(self._data) and self.count < MOST_ROWS:
            following = self._next()
            if following is None:
                return
            row, self.at = following
            if len(row) == self._width:
                self.count += 1
                ragged = 0
                yield row
            elif row:
                ragged += 1
                if not self.count or ragged > _MOST_RAGGED:
                    return

    def _next(self) -> tuple[list[Cell], int] | None:
        """The cells of the next row and where it ends; none for a line of a Markdown table, None behind the table."""
        stop = self._data.find(b"\n", self.at, self.at + LONGEST_ROW)
        if stop < 0:
            if len(self._data) - self.at > LONGEST_ROW:
                return None
            stop = len(self._data)
        line = self._data[self.at : stop]
        if not line.strip():
            return None
        if not self.count and RULE.fullmatch(line):
            return [], stop + 1
        if self._separator == b"|":
            return self._barred(line), stop + 1
        return self._quoted(stop) if b'"' in line else (self._plain(line), stop + 1)

    def _plain(self, line: bytes, *, blank: bytes = b" \t\r") -> list[Cell]:
        """The cells of a line without quotes."""
        cells, at = [], self.at
        for text in line.split(self._separator, self._width):
            start = at + len(text) - len(text.lstrip(blank))
            cells.append(Cell(start, max(start, at + len(text.rstrip(blank)))))
            at += len(text) + 1
        return cells

    def _barred(self, line: bytes) -> list[Cell]:
        """The cells of a line of a Markdown table, or of one with bars between its cells only."""
        inner = line.strip()
        at = self.at
        begin = at + line.find(inner) + inner.startswith(b"|")
        inner = inner.removeprefix(b"|").removesuffix(b"|")
        self.at = begin
        cells = self._plain(inner, blank=b" \t\r`*")
        self.at = at
        return cells

    def _quoted(self, stop: int) -> tuple[list[Cell], int] | None:
        """The cells of a row with quotes, which may go on over several lines, and where it ends."""
        cells: list[Cell] = []
        at, pattern = self.at, _quoted_cell(self._separator)
        while len(cells) <= self._width:
            cell = pattern.match(self._data, at, min(len(self._data), max(stop + 1, at) + LONGEST_HEADER))
            if not cell:
                return None
            if cell["quoted"] is not None:
                cells.append(Cell(*cell.span("quoted")))
            else:
                start = cell.start("plain")
                cells.append(Cell(start, start + len(cell["plain"].rstrip())))
            at = cell.end()
            if cell["end"] != self._separator:
                return cells, max(at, self.at + 1)
        return cells, stop + 1
