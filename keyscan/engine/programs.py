"""Compiled expressions on disk: compiling one takes `regex` 4 ms, in Python; loading its program takes 0.1 ms.

What is stored are the arguments by which `regex` itself pickles an expression: bytes, numbers, and names of groups.
"""

from __future__ import annotations

import copyreg
import marshal
import sys
from functools import cache
from typing import Any

from keyscan.support import storage


def compiled(text: str, *, stored: bool = True) -> Any:
    """The expression `text` over bytes, from its program if that is `stored`; raises `regex.error`."""
    import regex

    pattern = text.encode()
    if not stored:
        return regex.compile(pattern, regex.VERSION0)
    name = _stored_name(pattern)
    data = storage.read(name)
    if data is not None:
        try:
            return _regex().compile(*marshal.loads(data))  # noqa: S302 - stored by us, its digest was checked
        except Exception:  # noqa: BLE001, S110 - any error of what is stored means: compile again
            pass
    compiled = regex.compile(pattern, regex.VERSION0)
    program = _program(compiled)
    if program is not None:
        storage.write(name, program)
    return compiled


def _regex() -> Any:
    """The compiled half of `regex`, which makes objects of programs."""
    import regex._regex

    return regex._regex  # noqa: SLF001 - where `copyreg` finds it, too


def _program(pattern: Any) -> bytes | None:
    """What a compiled expression is pickled as; None where this version of `regex` pickles it in another way."""
    reduce: Any = copyreg.dispatch_table[type(pattern)]
    function, arguments = reduce(pattern)
    if function is not _regex().compile:
        return None
    try:
        return marshal.dumps(tuple(int(part) if isinstance(part, int) else part for part in arguments))
    except ValueError:
        return None


@cache
def _build_id() -> str:
    """What decides on a program besides its expression: this build of `regex`, on this kind of machine."""
    return repr((storage.state_of([_regex().__file__]), sys.version, sys.byteorder, sys.maxsize))


def _stored_name(pattern: bytes) -> str:
    return f"program-{storage.digest_of(_build_id().encode() + pattern)}.bin"
