"""Packs scanned by their deltas: the first pass runs over what is new in each version, and the rest is carried.

A mark of the first pass depends on the bytes before its end, no more of them than the widest entry matches. So
where a version repeats its base, the base's marks stand again; only near inserted runs and seams are new ones
looked for. Whether a name that was marked has a value behind it depends on the bytes after it: that is carried
where these are of the same run. From the hits on, a version is scanned as any text: what is reported is the same.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

from keyscan.sources import delta

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.engine.firstpass import Hits
    from keyscan.engine.matcher import Matcher

# Marks of a version, in order of place: the end, the number of the entry, whether it is a hit.
State = list[tuple[int, int, bool]]

# Up to this size a version is looked at whole: finding its windows would take as long.
_SMALL = 4 * 1024


class Follower:
    """Finds the marks of versions, from those of their bases."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self._reach, self._behind = matcher.reach, matcher.behind

    def whole(self, data: bytes) -> State:
        """The marks of a text by itself."""
        return self._told(data, self._matcher.marks(data)) if data else []

    def carried(self, data: bytes, changes: list[int], sources: list[int], base: State) -> State:
        """The marks of a version of which `delta.apply` told this, and whose base has these marks."""
        length = len(data)
        if length <= _SMALL:
            return self.whole(data)
        windows, zones = delta.spread(changes, sources, length, self._reach)
        text = delta.gather(data, windows)
        if 2 * len(text) > length:
            return self.whole(data)
        fresh = list(_within(self._matcher.marks(text), windows)) if text else []
        if not base:
            return self._told(data, fresh) if fresh else []
        kept: State = []
        for at in range(0, len(zones), 3):
            low, high, shift = zones[at : at + 3]
            for place in range(bisect_left(base, (low - shift + 1,)), bisect_left(base, (high - shift + 1,))):
                end, number, hit = base[place]
                end += shift
                if high < length and end + self._behind.get(number, 0) > high:
                    fresh.append((number, end))
                else:
                    kept.append((end, number, hit))
        if fresh:
            kept += self._told(data, fresh)
            kept.sort()
        return kept

    def _told(self, data: bytes, marks: Hits) -> State:
        hits = self._matcher.hits(data, marks)
        if len(hits) == len(marks):
            return sorted((end, number, True) for number, end in marks)
        known = set(hits)
        return sorted((end, number, (number, end) in known) for number, end in marks)


def _within(marks: Hits, windows: list[int]) -> Iterator[tuple[int, int]]:
    """The marks of the windows' text that count, at their places in the version."""
    number, begin = 0, 0
    size = windows[2] - windows[0]
    for entry, end in sorted(marks, key=_end):
        while end > begin + size:
            begin += size
            number += 3
            size = windows[number + 2] - windows[number]
        place = windows[number] + end - begin
        if place > windows[number + 1]:
            yield entry, place


def _end(mark: tuple[int, int]) -> int:
    return mark[1]


def hits_of(state: State) -> Hits:
    """The hits among these marks."""
    return [(number, end) for end, number, hit in state if hit]
