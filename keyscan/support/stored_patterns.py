"""Expressions of `re` that this program compiled before, from one file in the cache.

Compiling one takes `re` 0.2 ms, in Python, and a scan needs a hundred. What is stored is what `re` gives its compiled
half: numbers, and names of groups. That half checks them.
"""

from __future__ import annotations

import atexit
import marshal
import os
import re
import sys
from array import array
from functools import cache
from typing import Any, AnyStr

from keyscan.support import storage

# More than all expressions of the package: what former versions left is dropped with the rest beyond that.
_MOST = 2000
_Key = tuple[str | bytes, int]


def compiled(text: AnyStr, flags: int = 0) -> re.Pattern[AnyStr]:
    """The expression `text`, equal to what `re.compile` makes; raises `re.error`.

    For expressions of this package only: what is compiled is stored as it is written.
    """
    known = _patterns().loaded(text, flags)
    return known if known is not None else _patterns().compiled(text, flags)


class _Patterns:
    """The stored expressions: {(text, flags): program}, and those that are stored when the process ends."""

    def __init__(self, name: str) -> None:
        self._name, self._new = name, False
        self._programs: dict[_Key, bytes] = {}
        data = storage.read(name)
        if data is not None:
            try:
                self._programs = dict(marshal.loads(data))  # noqa: S302 - stored by us, its digest was checked
            except (ValueError, TypeError, EOFError):
                self._programs = {}
        if len(self._programs) > _MOST:
            self._programs = {}

    def loaded(self, text: AnyStr, flags: int) -> re.Pattern[AnyStr] | None:
        """The expression from its program; None where none is stored, or it does not fit."""
        program = self._programs.get((text, int(flags)))
        if not program:
            return None
        try:
            all_flags, code, groups, names, numbers = marshal.loads(program)  # noqa: S302 - as above
            pattern: re.Pattern[AnyStr] = _sre().compile(
                text, all_flags, list(memoryview(code).cast("I")), groups, names, numbers
            )
        except Exception:  # noqa: BLE001 - any error of what is stored means: compile again
            return None
        return pattern

    def compiled(self, text: AnyStr, flags: int) -> re.Pattern[AnyStr]:
        """The expression, compiled now and stored when the process ends."""
        pattern = re.compile(text, flags)
        key = (text, int(flags))
        program = _program(*key) if key not in self._programs else None
        if program is not None:
            self._programs[key] = program
            if self.loaded(*key) != pattern:  # equal are those with equal code: this `re` does something else
                self._programs[key] = b""
            elif not self._new and storage.NOTHING_STORED not in os.environ:
                self._new = True
                atexit.register(self._store)
        return pattern

    def _store(self) -> None:
        storage.write(self._name, marshal.dumps(self._programs))


@cache
def _patterns() -> _Patterns:
    # Whatever the code is: the expressions themselves are keys.
    build = repr((sys.version, sys.byteorder, sys.maxsize)).encode()
    return _Patterns(f"patterns-{storage.digest_of(build)}.bin")


def _sre() -> Any:
    import _sre

    return _sre


def _program(text: str | bytes, flags: int) -> bytes | None:
    """What `re` compiles an expression to, made as CPython's `re._compiler.compile` does; None where that fails."""
    try:
        from re import _compiler, _parser  # type: ignore[attr-defined]

        tree = _parser.parse(text, flags)
        code = array("I", _compiler._code(tree, flags))  # noqa: SLF001
        names = tree.state.groupdict
        numbers: list[str | None] = [None] * tree.state.groups
        for name, number in names.items():
            numbers[number] = name
        all_flags = flags | tree.state.flags
        return marshal.dumps((int(all_flags), code.tobytes(), tree.state.groups - 1, names, tuple(numbers)))
    except (ImportError, AttributeError, TypeError, ValueError, OverflowError):
        return None
