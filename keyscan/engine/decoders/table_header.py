"""The header of a table: from a line of text to the columns that may hold secrets."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from keyscan.engine.filters.secret_names import Kind, kind_of
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

# A header line longer than this, or with more cells, is none.
LONGEST_HEADER = 4096
MOST_COLUMNS = 200
# Longer lines are not remembered.
_LONGEST_KNOWN = 500

_HEADER_CELL = lazy_pattern(rb"[A-Za-z_\x80-\xff][\w .:/#@&+\x80-\xff-]{0,59}")
RULE = lazy_pattern(rb"[ \t]*+(?:\|[ \t]*+)?:?-{2,}+:?[ \t]*+(?>(?:[|+][ \t]*+:?-{2,}+:?[ \t]*+)*)(?:\|[ \t]*+)?\r?")
NOT_IN_NAMES = lazy_pattern(rb"[^\w.-]+")
_SEPARATORS = (b"\t", b"|", b";", b",")
# Code below code. The rest of a call or a list that began above, `OpenAIChatModel),`, `], "x",`: a cell may end so, but
# no row that ends with a separator too, and none begins with a bracket that it does not open. Or a call whose arguments
# the separators part: `elif isinstance(result, list):`.
_CODE = lazy_pattern(
    rb"[^\n\"']*[\w\])]\([^\n()\"',;]{1,80}[,;][^\n()\"']{0,80}\)[ \t]*+(?:[:;{),.\r]|\Z)|"
    rb"[ \t]*+(?:[A-Za-z_][\w.]*+)?[)\]}][ \t]*+(?:[,;]|\r?\Z)|[^\n(\[{]*[)\]}][ \t]*+[,;][ \t\r]*+\Z"
)
# `return token, None`.
_STATEMENT = lazy_pattern(
    rb"[ \t]*+(?:return|yield|raise|del|global|nonlocal|await|let|const|var)[ \t]++[A-Za-z_]\w*[ \t]*+,"
)
# `name,value`: what the first column says is the name of what the second holds.
_NAMES = frozenset(b"name key variable setting parameter env environment_variable".split())
_VALUES = frozenset(b"value values current_value secret_value".split())
# What exports of password managers and browsers, and lists of accounts, name beside a password.
_SERVICES = frozenset(b"url uri website web_site login_uri login_url site host hostname server ip".split())
_ACCOUNTS = frozenset(b"username user_name user login login_name login_username account email".split())


class Column(NamedTuple):
    """A column of values: its number, its header as a name, and the number of the column that names each value."""

    number: int
    name: bytes
    names: int = -1


class Layout(NamedTuple):
    """A table: what separates its cells, how many columns it has, which may hold secrets, whether it lists accounts."""

    separator: bytes
    width: int
    columns: tuple[Column, ...]
    accounts: bool


def layout_of(line: bytes, following: bytes) -> Layout | None:
    """The table that begins with a header line, by that and the line below; None for any other line."""
    if len(line) + len(following) > _LONGEST_KNOWN:
        return _layout(line, following)
    return _known_layout(line, following)


def _layout(line: bytes, following: bytes) -> Layout | None:
    for separator in _SEPARATORS:
        # Most lines that look like headers are code: the line below them has no cells.
        if separator not in line or line.rstrip().endswith(b"||") or not _may_be_row(following, separator):
            continue  # `known ||` is a condition
        if separator == b"," and _STATEMENT.match(line):
            continue
        if separator == b"|" and b"`" in line and not RULE.fullmatch(following):
            continue  # a row, whose cells are code
        header = _header(line, separator)
        columns = _columns(header)
        if columns:
            names = {name.lower() for name in header}
            accounts = not (names.isdisjoint(_SERVICES) or names.isdisjoint(_ACCOUNTS))
            return Layout(separator, len(header), tuple(columns), accounts)
    return None


# Versions of a file have the same lines again.
_known_layout = lru_cache(2048)(_layout)


def _may_be_row(line: bytes, separator: bytes) -> bool:
    """Whether the line below a header may be a row, the beginning of one with a line end in quotes, or a rule."""
    if separator in b",;" and _CODE.match(line):
        return False
    return separator in line or b'"' in line or RULE.fullmatch(line) is not None


def _header(line: bytes, separator: bytes) -> list[bytes]:
    """The cells of a header line as names; none where a cell is no header."""
    if separator == b"|":
        line = line.strip().removeprefix(b"|").removesuffix(b"|")
    cells = [cell.strip(b" \t`*") for cell in line.split(separator, MOST_COLUMNS)]
    cells = [cell[1:-1] if len(cell) > 1 and cell[:1] == cell[-1:] == b'"' else cell for cell in cells]
    if not 1 < len(cells) <= MOST_COLUMNS or not all(not cell or _HEADER_CELL.fullmatch(cell) for cell in cells):
        return []
    return [NOT_IN_NAMES.sub(b"_", cell).strip(b"_") for cell in cells]


def _columns(header: Sequence[bytes]) -> list[Column]:
    """The columns that may hold secrets."""
    names = next((number for number, name in enumerate(header) if name.lower() in _NAMES), -1)
    pairs = names >= 0 and any(name.lower() in _VALUES for name in header[names + 1 :])
    columns = []
    for number, name in enumerate(header):
        if pairs and number > names and name.lower() in _VALUES:
            columns.append(Column(number, name, names))
        elif kind_of(name) != Kind.NONE and not (pairs and number == names):
            columns.append(Column(number, name))
    return columns
