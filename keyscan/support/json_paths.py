"""Where a byte of a JSON text belongs: the path of keys that leads to it, `servers.0.env.TOKEN`.

Reads as far as it must and no further, and takes what is not quite JSON (comments, trailing commas).
"""

from __future__ import annotations

import json
import re

from keyscan.support.lazy_pattern import lazy_pattern

# A JSON text larger than this is not walked: no key of it is known.
LARGEST = 8 * 1024 * 1024
_TOKEN = lazy_pattern(rb'"(?:[^"\\\n]|\\.)*"|//[^\n]*|/\*.*?\*/|[{}\[\]:,]', re.DOTALL)


class Walker:
    """A JSON text, walked from its start as far as it was asked about: cheap for offsets in rising order."""

    def __init__(self, data: bytes) -> None:
        self._data = data if len(data) <= LARGEST and data.lstrip()[:1] in {b"{", b"["} else b""
        self._restart()

    def _restart(self) -> None:
        self._at = 0
        self._last = b""
        # One entry a level: the key as written, or the index.
        self._path: list[bytes | int] = []

    def path(self, offset: int) -> tuple[str, ...]:
        """The keys and indices on the way to the value at `offset`; empty when it is in no JSON value."""
        if offset < self._at:
            self._restart()
        for token in _TOKEN.finditer(self._data, self._at):
            if token.end() > offset:
                break
            self._take(token.group())
            self._at = token.end()
        return tuple(str(part) if isinstance(part, int) else _text(part) for part in self._path)

    def _take(self, text: bytes) -> None:
        first, path = text[:1], self._path
        if first in {b"{", b"["}:
            path.append(b"" if first == b"{" else 0)
        elif not path:
            return
        elif first in {b"}", b"]"}:
            path.pop()
        elif first == b":" and not isinstance(path[-1], int):
            path[-1] = self._last
        elif first == b",":
            top = path[-1]
            path[-1] = top + 1 if isinstance(top, int) else b""
        elif first == b'"':
            self._last = text


def _text(key: bytes) -> str:
    try:
        return str(json.loads(key))
    except ValueError:
        return key.decode("utf-8", "replace").strip('"')


def fits(pattern: str, path: tuple[str, ...]) -> bool:
    """Whether `path` is what `pattern` names: parts between dots, `*` for one part, `**` for any number.

    A part with a dot of its own is written in double quotes.
    """
    wanted = [part.strip('"') for part in re.findall(r'"[^"]*"|[^.]+', pattern)]
    at = here = 0
    star = mark = -1
    while here < len(path):
        if at < len(wanted) and wanted[at] == "**":
            star, mark, at = at, here, at + 1
        elif at < len(wanted) and wanted[at] in {"*", path[here]}:
            at, here = at + 1, here + 1
        elif star >= 0:
            mark += 1
            at, here = star + 1, mark
        else:
            return False
    return all(part == "**" for part in wanted[at:])
