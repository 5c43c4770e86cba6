"""On which line and in which column of a TOML text a key is: what `tomllib` does not say."""

from __future__ import annotations

from keyscan.support.lazy_pattern import lazy_pattern

Path = tuple[str | int, ...]

_HEADER = lazy_pattern(r"\s*+(\[\[?)\s*+([^\]]+)\]\]?\s*+(?:#.*)?$")
_KEY = lazy_pattern(
    r"""\s*+((?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]++)(?>(?:\s*+\.\s*+(?:"[^"]*"|'[^']*'|[A-Za-z0-9_-]++))*))\s*+="""
)
_PART = lazy_pattern(r""""([^"]*)"|'([^']*)'|([A-Za-z0-9_-]+)""")


def index(text: str) -> dict[Path, int]:
    """The first line of every table and key of `text`, by path; entries of arrays of tables by their number."""
    return {path: line for path, (line, _) in positions(text).items()}


def positions(text: str) -> dict[Path, tuple[int, int]]:
    """The first line and column of every table and key of `text`, both from 1, by path as `index` has it."""
    lines: dict[Path, tuple[int, int]] = {}
    counts: dict[Path, int] = {}
    table: Path = ()
    quote = ""
    for number, line in enumerate(text.splitlines(), 1):
        if quote:
            quote = "" if line.count(quote) % 2 else quote
            continue
        header, key = _HEADER.match(line), _KEY.match(line)
        place = (number, len(line) - len(line.lstrip()) + 1)
        if header and not key:
            table = _resolved(_parts(header.group(2)), counts)
            if header.group(1) == "[[":
                name = table
                counts[name] = counts.get(name, -1) + 1
                table = (*name, counts[name])
                lines.setdefault(name, place)
            lines.setdefault(table, place)
        elif key:
            path = table
            for part in _parts(key.group(1)):
                path = (*path, part)
                lines.setdefault(path, place)
        quote = next((delimiter for delimiter in ('"""', "'''") if line.count(delimiter) % 2), "")
    return lines


def line_of(lines: dict[Path, int], path: Path) -> int:
    """The line of `path`, or of the nearest table or key that holds it; 1 when there is none."""
    while path:
        if path in lines:
            return lines[path]
        path = path[:-1]
    return 1


def _parts(name: str) -> Path:
    return tuple(a or b or c for a, b, c in _PART.findall(name))


def _resolved(parts: Path, counts: dict[Path, int]) -> Path:
    """`parts` of a table's header below an array of tables: its last entry is meant."""
    resolved: Path = ()
    for number, part in enumerate(parts):
        resolved = (*resolved, part)
        if number < len(parts) - 1 and resolved in counts:
            resolved = (*resolved, counts[resolved])
    return resolved
