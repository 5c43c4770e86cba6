"""Searches with a user's regular expression, within a time that a hostile expression or text cannot stretch."""

from __future__ import annotations

from functools import cached_property
from typing import Any

# Seconds that one expression may spend on one text.
TIMEOUT = 0.1
# How often an expression may reach that limit before it is not tried again.
_MOST_TIMEOUTS = 5


class BoundedSearch:
    """Any of some expressions, searched in bytes; each is compiled when first needed."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        """`patterns` are regular expressions that have been checked to compile."""
        self._searchers = [_Searcher(pattern) for pattern in patterns]

    def matches(self, data: bytes) -> bool:
        """Whether one of the expressions matches somewhere in `data`; one that takes too long does not."""
        return any(searcher.matches(data) for searcher in self._searchers)


class _Searcher:
    def __init__(self, pattern: str) -> None:
        self._pattern, self._timeouts_remaining = pattern, _MOST_TIMEOUTS

    @cached_property
    def _compiled(self) -> Any:
        import regex

        return regex.compile(self._pattern.encode(), regex.VERSION0)

    def matches(self, data: bytes) -> bool:
        if not self._timeouts_remaining:
            return False
        try:
            return self._compiled.search(data, timeout=TIMEOUT) is not None
        except TimeoutError:
            self._timeouts_remaining -= 1
            return False
