"""Jupyter notebooks: which bytes are pictures, and which cell a byte belongs to."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.support.json_paths import Walker
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    import re

# How the base64 of pictures, films and documents begins: their own magic numbers. Other data is no picture.
_MAGIC = rb"(?:iVBORw0K|/9j/|R0lGOD|UklGR|Qk0|SUkq|TU0A|AAAB|JVBERi|AAAA[A-Za-z0-9+/]{2}Z0eX|GkXf|T2dn|SUQz|d09G)"
_BASE64 = rb"[A-Za-z0-9+/=]"
_PICTURE = lazy_pattern(
    rb'(?:"(?:image|audio|video|font|application)/[\w.+-]{1,60}"\s*:\s*(?:\[\s*)?"'
    rb"|data:(?:image|audio|video|font|application)/[\w.+-]{1,60}(?:;[\w=-]{1,40})*;base64,)"
    rb"(?=" + _MAGIC + rb")(" + _BASE64 + rb'++(?>(?:(?:\\n|"\s*,\s*"|\s)' + _BASE64 + rb"++(?=[\"\\\s]))*))"
)


def is_notebook(data: bytes) -> bool:
    """Whether `data` has the fields that every notebook has."""
    return data[:1] == b"{" and b'"nbformat"' in data and b'"cells"' in data


def without_pictures(data: bytes) -> bytes:
    """`data` with the base64 of pictures replaced by spaces, so that every other byte stays in its place."""
    return _PICTURE.sub(_blank, data)


def _blank(match: re.Match[bytes]) -> bytes:
    start, end = match.span(1)
    whole = match.start()
    return match[0][: start - whole] + b" " * (end - start) + match[0][end - whole :]


class Cells:
    """Which cell a byte of a notebook belongs to; cheap for offsets in rising order."""

    def __init__(self, data: bytes) -> None:
        self._walker = Walker(data)

    def cell(self, offset: int) -> int | None:
        """The number of the cell at `offset`, from 1; None outside of all cells."""
        path = self._walker.path(offset)
        # Notebooks before version 4 keep their cells in work sheets.
        if "cells" not in path[:3]:
            return None
        number = path[path.index("cells") + 1 :][:1]
        return int(number[0]) + 1 if number and number[0].isdigit() else None
