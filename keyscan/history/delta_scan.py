"""Prefilter hits carried over from version to version: only what differs from the base is searched.

A hit of the prefilter depends on the bytes before its end, at most as many as the widest entry matches. So where a
version repeats its base, the base's hits apply; only near inserted runs and seams are new ones searched for. Whether a
name that was hit has a value after it depends on the bytes after it: that is carried over where these are of the same
run. So are matches, where the text around every hit is unchanged; else the hits of a version are matched again as in
any text, and what is reported is the same. Written for mypyc.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from keyscan.git.pack.delta import gather

if TYPE_CHECKING:
    from keyscan.engine.matcher import Matcher
    from keyscan.engine.prefilter.entries import Hits
    from keyscan.model.match import Match

# Raw hits of a version in order of position, each packed into one number: its end, the number of its entry, and
# whether it is a hit (that is, has a value where its entry needs one). See `pack_hit` and `hits_of`.
PackedHits = list[int]
# The bit at which the end begins; texts larger than 8 MB are not scanned by deltas.
_END: Final = 24
_ENTRY: Final = (1 << _END) - 1

# Where matches times unchanged ranges exceed this, in a hostile file, all hits are matched again.
MAX_CARRIED = 1_000_000
# Up to this many bytes from a match the text may decide what is reported of it: matches that it hides, names nearby.
_NEARBY: Final = 1024


def pack_hit(end: int, entry: int, is_hit: bool) -> int:
    """One number for a raw hit; rises with `end`."""
    return end << _END | entry << 1 | is_hit


def hits_of(packed: PackedHits) -> Hits:
    """The hits, (entry, end), among these raw hits."""
    return [((number & _ENTRY) >> 1, number >> _END) for number in packed if number & 1]


class DeltaScanner:
    """Finds the raw hits of versions from those of their bases, and the matches that carry over."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self.reach: int = matcher.reach
        self._behind: dict[int, int] = matcher.behind
        self._around: list[int] = matcher.around

    def whole(self, data: bytes) -> PackedHits:
        """The raw hits of a text without a base."""
        return self._packed(data, self._matcher.raw_hits(data)) if data else []

    def carried(self, data: bytes, windows: list[int], unchanged: list[int], base: PackedHits) -> PackedHits:
        """The raw hits of a version with these windows and unchanged ranges (`delta.spread`), whose base has `base`."""
        length = len(data)
        size = 0
        for at in range(0, len(windows), 3):
            size += windows[at + 2] - windows[at]
        if 4 * size > 3 * length:
            return self.whole(data)
        fresh: Hits = _from_windows(self._matcher.raw_hits(gather(data, windows)), windows) if size else []
        if not base:
            return self._packed(data, fresh) if fresh else []
        kept: PackedHits = []
        # Where the version ends and its base continued, a value may be complete now that was not.
        whole = length if not windows or windows[-2] < length else length + 1
        for at in range(0, len(unchanged), 3):
            low = unchanged[at]
            high = unchanged[at + 1]
            shift = unchanged[at + 2]
            stop = (high - shift + 1) << _END
            position = bisect_left(base, (low - shift + 1) << _END)
            while position < len(base):
                number = base[position]
                if number >= stop:
                    break
                number += shift << _END
                position += 1
                end = number >> _END
                entry = (number & _ENTRY) >> 1
                if high < whole and end + self._behind.get(entry, 0) > high:
                    fresh.append((entry, end))
                else:
                    kept.append(number)
        if fresh:
            kept += self._packed(data, fresh)
            kept.sort()
        return kept

    def split(
        self, packed: PackedHits, unchanged: list[int], end: int, matches: list[Match]
    ) -> tuple[list[Match], Hits]:
        """Those of a base's plain `matches` that carry over to a version with these hits; the hits to match again.

        `end` is the version's end where that is the base's too, else -1.
        """
        hits = _HitContext(packed, unchanged, end, self._around)
        if len(matches) * len(unchanged) > MAX_CARRIED:
            return [], hits.hits
        width = 0
        kept: list[tuple[Match, int]] = []
        for match in matches:
            low = min(match.start, match.companion.start) if match.companion else match.start
            high = max(match.end, match.companion.end) if match.companion else match.end
            carries = False
            for at in range(0, len(unchanged), 3):
                shift = unchanged[at + 2]
                if _inside(unchanged, at, low + shift - _NEARBY, high + shift + _NEARBY, end):
                    kept.append((match, shift))
                    carries = True
            if not carries:
                # A match that this one hid may now show: near a change, hardly further from it than this was wide.
                width = max(width, high - low + 2 * _NEARBY)
        if width:
            hits.widen(unchanged, width)
        hits.propagate()
        moved = [
            match.moved(shift) for match, shift in kept if not hits.changed_in(match.start + shift, match.end + shift)
        ]
        return moved, [hit for hit, changed in zip(hits.hits, hits.changed, strict=True) if changed]

    def _packed(self, data: bytes, raw: Hits) -> PackedHits:
        """The hits among raw hits, packed and sorted."""
        hits: Hits = self._matcher.hits(data, raw)
        if len(hits) == len(raw):
            return sorted([pack_hit(end, entry, True) for entry, end in raw])
        known = set(hits)
        return sorted([pack_hit(end, entry, (entry, end) in known) for entry, end in raw])


def _inside(unchanged: list[int], at: int, low: int, high: int, end: int) -> bool:
    """Whether `low` to `high` is in the unchanged range at `at`, or beyond a beginning or end that the base shares."""
    first = unchanged[at]
    last = unchanged[at + 1]
    return (low > first or first == 0) and (high <= last or last == end)


class _HitContext:
    """Hits by position, how much text around each decides about it, and whether some of that text has changed."""

    def __init__(self, packed: PackedHits, unchanged: list[int], end: int, arounds: list[int]) -> None:
        self._ends: list[int] = []
        self._arounds: list[int] = []
        self.hits: Hits = []
        self.changed: list[bool] = []
        at = 0
        for number in packed:
            if not number & 1:
                continue
            place = number >> _END
            entry = (number & _ENTRY) >> 1
            around = arounds[entry]
            if around < 0:
                continue
            while at < len(unchanged) and unchanged[at + 1] < place:
                at += 3
            self.hits.append((entry, place))
            self._ends.append(place)
            self._arounds.append(around)
            self.changed.append(at >= len(unchanged) or not _inside(unchanged, at, place - around, place + around, end))

    def widen(self, unchanged: list[int], width: int) -> None:
        """Mark as changed also the hits that are at most `width` further from a change."""
        at = 0
        for number, place in enumerate(self._ends):
            reach = self._arounds[number] + width
            while at < len(unchanged) and unchanged[at + 1] < place:
                at += 3
            if at >= len(unchanged) or not _inside(unchanged, at, place - reach, place + reach, -1):
                self.changed[number] = True

    def propagate(self) -> None:
        """Mark hits near a changed hit as changed: one regex search may cover both."""
        grown = True in self.changed
        while grown:
            grown = False
            # First from left to right, then back: `edge` is how far the changed hits so far reach.
            last = edge = -1
            for at, place in enumerate(self._ends):
                if not self.changed[at] and last >= 0 and (place <= edge or place - self._arounds[at] <= last):
                    self.changed[at] = grown = True
                if self.changed[at]:
                    last = place
                    edge = max(edge, last + self._arounds[at])
            last = edge = 1 << 60
            for at in range(len(self._ends) - 1, -1, -1):
                place = self._ends[at]
                if not self.changed[at] and (place >= edge or place + self._arounds[at] >= last):
                    self.changed[at] = grown = True
                if self.changed[at]:
                    last = place
                    edge = min(edge, last - self._arounds[at])

    def changed_in(self, low: int, high: int) -> bool:
        """Whether a changed hit ends between `low` and `high`, inclusive."""
        at = bisect_left(self._ends, low)
        while at < len(self._ends) and self._ends[at] <= high:
            if self.changed[at]:
                return True
            at += 1
        return False


def _from_windows(raw: Hits, windows: list[int]) -> Hits:
    """The raw hits of the windows' text that count, at their positions in the version."""
    hits: Hits = []
    if not raw:
        return hits
    number, begin = 0, 0
    size = windows[2] - windows[0]
    for end, entry in sorted([(end, entry) for entry, end in raw]):
        while end > begin + size:
            begin += size
            number += 3
            size = windows[number + 2] - windows[number]
        place = windows[number] + end - begin
        if place > windows[number + 1]:
            hits.append((entry, place))
    return hits
