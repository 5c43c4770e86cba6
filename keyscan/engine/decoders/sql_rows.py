r"""Rows that SQL inserts, each value beside its column: `INSERT INTO users (name, api_key) VALUES\n  ('bob', 'x')`.

The names of the columns stand in front of `VALUES`, the values in rows behind it, on lines of their own in dumps. A
view shows the values of columns whose name may say a secret as `column="value"`, as it does for tables.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.engine.decoders.table import LARGEST, Cell, Value, add_value
from keyscan.engine.decoders.view import COLUMN, Pieces, Unread, View
from keyscan.engine.filters.secret_names import Kind, kind_of
from keyscan.engine.prefilter.encoding_triggers import SQL
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator

    from keyscan.engine.prefilter.encoding_triggers import Trigger

# The bytes of a list of columns.
_LONGEST_HEAD = 4096
# A column with more different values than this is data; up to so few are shown with the text of their row.
_DATA, _FEW = 50, 4
_SHORTEST, _LONGEST = 6, 2000

_COLUMNS = lazy_pattern(
    rb"(?i)\binto\s{1,4}[\w.\"`\[\]]{1,120}\s{0,8}\((?P<columns>[^()]{1,4000})\)\s{0,4}values\s{0,8}\Z"
)
# A value in quotes, which may hold doubled or escaped ones, or any other without a comma; and what ends it.
_CELL = lazy_pattern(
    rb"\s*+(?:[NnEe]?'(?P<quoted>(?>(?:[^'\\\n]|''|\\[^\n])*))'|(?>(?:[^,()'\n]|\([^()\n]*+\))*))\s*+(?P<end>[,)])"
)
_NEXT_ROW = lazy_pattern(rb"\s*+,\s*+\(")
# What a database holds of a password is most often its hash.
_DIGEST = lazy_pattern(rb"(?:[0-9a-fA-F]{32,128}|\$.*|\{.*)\Z")


def inserted_rows(data: bytes, hits: Iterable[tuple[Trigger, int]]) -> Iterator[View | Unread]:
    """A view of the values that statements at the hits insert; what a bound left out is said in their place."""
    pieces = Pieces()
    done = -1
    for trigger, end in hits:
        # A hit ends with the bracket of the first row.
        if trigger.kind != SQL or end <= done or data[end - 1 : end] != b"(":
            continue
        head = _head(data, max(0, end - _LONGEST_HEAD), end - 1)
        names = [column.strip(b' \t\r\n`"[]') for column in head["columns"].split(b",")] if head else []
        telling = [number for number, name in enumerate(names) if kind_of(name) != Kind.NONE]
        if not telling:
            continue
        done = _show(data, pieces, end, {number: names[number] for number in telling})
        if len(pieces.text) > LARGEST:
            yield Unread(f"more than {LARGEST >> 10} KB of values that SQL inserts; the rest was not read")
            break
    if pieces.text:
        yield View(COLUMN, bytes(pieces.text), pieces.back, pieces.touched, plain=True)


def _head(data: bytes, low: int, end: int) -> re.Match[bytes] | None:
    """The list of columns in front of `end`, tried from each `into`: the expression alone looks at every byte."""
    statement = data[low:end].lower()
    at = statement.rfind(b"into")
    while at >= 0:
        head = _COLUMNS.match(data, low + at, end)
        if head:
            return head
        at = statement.rfind(b"into", 0, at)
    return None


def _show(data: bytes, pieces: Pieces, at: int, names: dict[int, bytes]) -> int:
    """Add the values of the columns with these names, by number, each once; returns where the last row ends.

    A column of so many values that they are data is left out.
    """
    done = at
    columns: dict[int, dict[bytes, Value]] = {number: {} for number in names}
    for row in _rows(data, at):
        done = row[-1].end
        for number, name in names.items():
            if number < len(row) and _is_value(data, name, row[number]):
                columns[number][data[slice(*row[number])]] = Value(name, row[number], Cell(row[0].start, done))
        if all(len(different) > _DATA for different in columns.values()):
            break
    for different in columns.values():
        if len(different) <= _DATA:
            for value in different.values():
                add_value(data, pieces, value, beside=len(different) <= _FEW)
    return done


def _is_value(data: bytes, name: bytes, cell: Cell) -> bool:
    """Whether a cell may hold a secret of a column: text in quotes, and no hash of a password."""
    if not _SHORTEST <= cell.end - cell.start <= _LONGEST:
        return False
    return kind_of(name) != Kind.PASSWORD or _DIGEST.match(data, *cell) is None


def _rows(data: bytes, at: int) -> Iterator[list[Cell]]:
    """The rows from behind the bracket at which the first begins; a cell without quotes is empty."""
    while True:
        row: list[Cell] = []
        while True:
            cell = _CELL.match(data, at)
            if cell is None:
                return
            row.append(Cell(*cell.span("quoted")) if cell["quoted"] is not None else Cell(cell.start(), cell.start()))
            at = cell.end()
            if cell["end"] == b")":
                break
        yield row
        following = _NEXT_ROW.match(data, at)
        if following is None:
            return
        at = following.end()
