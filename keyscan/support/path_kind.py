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


@lru_cache(4096)
def path_kind(path: str) -> PathKind:
    """All kinds that the file at `path` is of; PLAIN for a path that says nothing, or an unknown one."""
    kinds = PathKind.PLAIN
    if path:
        # A test directory of the temporary place where a tool runs says nothing: only relative paths are given.
        for kind in EXPRESSIONS:
            if _pattern(kind).search("/" + path):
                kinds |= kind
    return kinds


@lru_cache(4096)
def is_of_kind(path: str, kind: PathKind) -> bool:
    """Whether the file at `path` is of one kind: a tenth of the cost of finding all kinds."""
    return _pattern(kind).search("/" + path) is not None


def is_rehearsal(path: str) -> bool:
    """Whether the file at `path` is a test, a sample, a recording, a document or others' code, by its path."""
    return bool(
        path_kind(path) & (PathKind.TEST | PathKind.SAMPLE | PathKind.RECORDED | PathKind.LOG | PathKind.VENDORED)
    )
