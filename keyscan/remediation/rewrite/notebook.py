"""Jupyter notebooks: Python in code cells, changed inside its JSON strings; every other byte stays."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keyscan.remediation.rewrite import python
from keyscan.remediation.rewrite.interface import UNPARSED, LeftAlone, Rewrite, Splice, Target, spliced
from keyscan.support.json_paths import Walker

if TYPE_CHECKING:
    from collections.abc import Iterator

_STRING = re.compile(rb'"((?:[^"\\\n]|\\.)*)"')
_UNIT = re.compile(rb"\\u[0-9a-fA-F]{4}(?:\\u[0-9a-fA-F]{4})?|\\.|[^\\]", re.DOTALL)
_UNPARSED = LeftAlone(UNPARSED.format(language="a notebook"))


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell's source: the text, and for each of its bytes (and the end) the byte of the notebook."""

    text: bytes
    places: list[int]


def rewrite(target: Target) -> Rewrite | LeftAlone:
    """The replacement of a secret in a code cell; outputs and other cells are left alone."""
    path = Walker(target.text).path(target.start)
    if "cells" not in path:
        return LeftAlone("it is in the notebook's metadata: delete it there")
    at = path.index("cells")
    inside = path[at + 2 :]
    if inside[:1] == ("outputs",):
        return LeftAlone("it is in a cell's output: clear the outputs (jupyter nbconvert --clear-output --inplace)")
    try:
        notebook = json.loads(target.text)
        cell = _cell_of(notebook, path[at + 1])
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        return _UNPARSED
    if inside[:1] not in {("source",), ("input",)} or cell != "code":
        return LeftAlone("it is in a cell without code: delete it there")
    source = _source(target, path[: at + 3])
    start, end = _index(source.places, target.start), _index(source.places, target.end)
    if start is None or end is None:
        return _UNPARSED
    return _python(target, source, start, end)


def _cell_of(notebook: object, number: str) -> str:
    cells = notebook["cells"] if isinstance(notebook, dict) else []
    return str(cells[int(number)]["cell_type"])


def _index(places: list[int], offset: int) -> int | None:
    try:
        return places.index(offset)
    except ValueError:
        return None


def _source(target: Target, path: tuple[str, ...]) -> _Cell:
    """The text of the strings at `path`, whose lines are joined as Jupyter joins them."""
    text, places = bytearray(), []
    walker, last = Walker(target.text), 0
    for match in _STRING.finditer(target.text):
        here = walker.path(match.start(1))
        if (
            here[: len(path)] != path
            or (len(here) > len(path) + 1)
            or target.text[match.end() : match.end() + 1] == b":"
        ):
            continue
        for unit, offset in _units(match[1], match.start(1)):
            places += [offset] * len(unit)
            text += unit
        last = match.end(1)
    return _Cell(bytes(text), [*places, last])


def _units(written: bytes, offset: int) -> Iterator[tuple[bytes, int]]:
    """The bytes that each character or escape of a JSON string stands for, and where it is written."""
    for match in _UNIT.finditer(written):
        unit = match[0]
        if unit[:1] == b"\\":
            unit = json.loads(b'"' + unit + b'"').encode("utf-8", "surrogatepass")
        yield unit, offset + match.start()


def _python(target: Target, cell: _Cell, start: int, end: int) -> Rewrite | LeftAlone:
    # What IPython adds to the language (%magic, !command, a trailing ?) is a comment to the parser.
    code = re.sub(rb"(?m)^(\s*)[%!?]|^(\s*)(?=[\w.]+\?+\s*$)", _commented, cell.text)
    if len(code) != len(cell.text):
        return LeftAlone("the cell has IPython syntax that is not understood: move the key by hand")
    rewritten = python.rewrite(replace(target, text=code, start=start, end=end))
    if isinstance(rewritten, LeftAlone):
        return rewritten
    splices = tuple(
        Splice(cell.places[splice.start], cell.places[splice.end], json.dumps(splice.new.decode())[1:-1].encode())
        for splice in rewritten.splices
    )
    try:
        json.loads(spliced(target.text, splices))
    except ValueError:
        return _UNPARSED
    return Rewrite(splices, rewritten.value, rewritten.variable)


def _commented(match: re.Match[bytes]) -> bytes:
    return match[0][:-1] + b"#" if match[0][-1:] in {b"%", b"!", b"?"} else match[0]
