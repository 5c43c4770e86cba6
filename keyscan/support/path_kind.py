"""The kinds of a file, by its path."""

from __future__ import annotations

import re
from functools import cache, lru_cache

from keyscan.catalog.path_kinds import EXPRESSIONS, PathKind
from keyscan.support import stored_patterns


@cache
def _pattern(kind: PathKind) -> re.Pattern[str]:
    """The expression of one kind, loaded or compiled when it is first asked for."""
    return stored_patterns.compiled(EXPRESSIONS[kind], re.IGNORECASE)


# A copy that somebody kept is of the kind of what it is a copy of: `guide.md.old`.
_KEPT = (".old", ".bak", ".orig", ".backup", ".save", "~")


def _forms_of(path: str) -> tuple[str, ...]:
    """`path` in the form that expressions are written for, and that of what it is a kept copy of."""
    whole = "/" + path
    for ending in _KEPT:
        if path.endswith(ending):
            return whole, whole.removesuffix(ending)
    return (whole,)


@lru_cache(4096)
def path_kind(path: str) -> PathKind:
    """All kinds that the file at `path` is of; PLAIN for a path that says nothing, or an unknown one."""
    kinds = PathKind.PLAIN
    if path:
        # A test directory of the temporary place where a tool runs says nothing: only relative paths are given.
        forms = _forms_of(path)
        for kind in EXPRESSIONS:
            if any(map(_pattern(kind).search, forms)):
                kinds |= kind
    return kinds


@lru_cache(4096)
def is_of_kind(path: str, kind: PathKind) -> bool:
    """Whether the file at `path` is of one kind: a tenth of the cost of finding all kinds."""
    return any(map(_pattern(kind).search, _forms_of(path)))


def is_rehearsal(path: str) -> bool:
    """Whether the file at `path` is a test, a sample, a recording, a document or others' code, by its path."""
    return bool(
        path_kind(path) & (PathKind.TEST | PathKind.SAMPLE | PathKind.RECORDED | PathKind.LOG | PathKind.VENDORED)
    )
