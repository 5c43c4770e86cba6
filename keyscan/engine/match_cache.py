"""Matches by surrounding text, kept because versions of a file share nearly all of their lines.

A verdict depends on the bytes around its place, the path and nothing else, so where these come again so does the
verdict. Bounded: the older half is forgotten when the younger is full.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from keyscan.model.match import Match

# Bytes of text in each half.
_ROOM = 8 * 1024 * 1024
# Longer places than this are not remembered: they hardly come again.
LONGEST = 16 * 1024
# What an entry takes besides its text.
_ENTRY = 300

# A rule's number, the path, the text around the place, where in it the place begins, and how long it is (negative:
# where one match begins, else where all lie).
Key = tuple[int, str, bytes, int, int]


class MatchCache:
    """Matches by place, at offsets from the beginning of the text around it."""

    def __init__(self) -> None:
        self._young: dict[Key, tuple[Match, ...]] = {}
        self._old: dict[Key, tuple[Match, ...]] = {}
        self._size = 0

    def get(self, key: Key) -> tuple[Match, ...] | None:
        """The matches there; None when none are kept."""
        matches = self._young.get(key)
        if matches is None:
            matches = self._old.get(key)
            if matches is not None:
                self.put(key, matches)
        return matches

    def put(self, key: Key, matches: tuple[Match, ...]) -> None:
        """Remember what was found."""
        self._size += len(key[2]) + _ENTRY
        if self._size > _ROOM:
            self._old, self._young, self._size = self._young, {}, len(key[2]) + _ENTRY
        self._young[key] = matches
