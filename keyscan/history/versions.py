"""Versions scanned by what differs from another: the first pass runs over what is new in each, and the rest is carried.

A mark of the first pass depends on the bytes before its end, no more of them than the widest entry matches. So
where a version repeats its base, the base's marks stand again; only near inserted runs and seams are new ones
looked for. Whether a name that was marked has a value behind it depends on the bytes after it: that is carried
where these are of the same run. So are verdicts, where the same text stands round every hit; else a version is
scanned from its hits on as any text: what is reported is the same. Written for mypyc.
"""

from __future__ import annotations

from binascii import hexlify
from bisect import bisect_left
from typing import TYPE_CHECKING, Final

from keyscan.engine.decoders import content as contents
from keyscan.engine.filters.context import is_binary
from keyscan.git.objects import Listed
from keyscan.git.pack.delta import gather, spread
from keyscan.history.clean_objects import quiet

if TYPE_CHECKING:
    from keyscan.engine.matcher import Matcher
    from keyscan.engine.prefilter.entries import Hits
    from keyscan.git.pack.reader import Plan
    from keyscan.history.object_scanner import Part, Reader
    from keyscan.model.match import Match

# Marks of a version, in order of place: each one number, of its end, the number of its entry, whether it is a hit.
Marks = list[int]
# Where in a mark its end begins; what is larger than 8 MB is not looked at here.
_END: Final = 24
_ENTRY: Final = (1 << _END) - 1

# Up to this size a version is looked at whole: finding its windows would take as long.
SMALL = 4 * 1024
# Where matches times zones are more, a hostile file's, all hits are looked at again.
MOST = 1_000_000
# So far from a match the text may decide what is reported of it: other matches that it hides, names beside it.
_BESIDE: Final = 1024


class Follower:
    """Finds the marks of versions, from those of their bases."""

    def __init__(self, matcher: Matcher) -> None:
        self._matcher = matcher
        self.reach: int = matcher.reach
        self._behind: dict[int, int] = matcher.behind
        self._around: list[int] = matcher.around

    def whole(self, data: bytes) -> Marks:
        """The marks of a text by itself."""
        return self._told(data, self._matcher.marks(data)) if data else []

    def carried(self, data: bytes, windows: list[int], zones: list[int], base: Marks) -> Marks:
        """The marks of a version with these windows and zones (see `delta.spread`), whose base has these marks."""
        length = len(data)
        size = 0
        for at in range(0, len(windows), 3):
            size += windows[at + 2] - windows[at]
        if 4 * size > 3 * length:
            return self.whole(data)
        fresh: Hits = _within(self._matcher.marks(gather(data, windows)), windows) if size else []
        if not base:
            return self._told(data, fresh) if fresh else []
        kept: Marks = []
        # Where the version ends and its base went on, a value may be whole now that was not.
        whole = length if not windows or windows[-2] < length else length + 1
        for at in range(0, len(zones), 3):
            low = zones[at]
            high = zones[at + 1]
            shift = zones[at + 2]
            stop = (high - shift + 1) << _END
            place = bisect_left(base, (low - shift + 1) << _END)
            while place < len(base):
                mark = base[place]
                if mark >= stop:
                    break
                mark += shift << _END
                place += 1
                end = mark >> _END
                number = (mark & _ENTRY) >> 1
                if high < whole and end + self._behind.get(number, 0) > high:
                    fresh.append((number, end))
                else:
                    kept.append(mark)
        if fresh:
            kept += self._told(data, fresh)
            kept.sort()
        return kept

    def split(self, marks: Marks, zones: list[int], end: int, found: list[Match]) -> tuple[list[Match], Hits]:
        """What a version with these marks holds that was `found` in its base; the hits that are to be looked at again.

        Both as text stands, encodings aside. `end` is the version's where that is the base's too, else -1.
        """
        hits = _Placed(marks, zones, end, self._around)
        if len(found) * len(zones) > MOST:
            return [], hits.hits
        width = 0
        kept: list[tuple[Match, int]] = []
        for match in found:
            low = min(match.start, match.companion.start) if match.companion else match.start
            high = max(match.end, match.companion.end) if match.companion else match.end
            stands = False
            for at in range(0, len(zones), 3):
                shift = zones[at + 2]
                if _inside(zones, at, low + shift - _BESIDE, high + shift + _BESIDE, end):
                    kept.append((match, shift))
                    stands = True
            if not stands:
                # What it hid may now be found: that lies near a change, hardly further off than it was wide.
                width = max(width, high - low + 2 * _BESIDE)
        if width:
            hits.spoil(zones, width)
        hits.grow()
        moved = [
            match.moved(shift) for match, shift in kept if not hits.fresh_in(match.start + shift, match.end + shift)
        ]
        return moved, [hit for hit, new in zip(hits.hits, hits.fresh, strict=True) if new]

    def _told(self, data: bytes, marks: Hits) -> Marks:
        hits: Hits = self._matcher.hits(data, marks)
        if len(hits) == len(marks):
            return sorted([end << _END | number << 1 | 1 for number, end in marks])
        known = set(hits)
        return sorted([end << _END | number << 1 | ((number, end) in known) for number, end in marks])


def _inside(zones: list[int], at: int, low: int, high: int, end: int) -> bool:
    """Whether all from `low` to `high` lies in the zone at `at`, or beyond a beginning or end that the base has too."""
    first = zones[at]
    last = zones[at + 1]
    return (low > first or first == 0) and (high <= last or last == end)


class _Placed:
    """Hits by place, how far round each the text counts, and whether some of that is new: then the hit is fresh."""

    def __init__(self, marks: Marks, zones: list[int], end: int, arounds: list[int]) -> None:
        self._places: list[int] = []
        self._arounds: list[int] = []
        self.hits: Hits = []
        self.fresh: list[bool] = []
        at = 0
        for mark in marks:
            if not mark & 1:
                continue
            place = mark >> _END
            entry = (mark & _ENTRY) >> 1
            around = arounds[entry]
            if around < 0:
                continue
            while at < len(zones) and zones[at + 1] < place:
                at += 3
            self.hits.append((entry, place))
            self._places.append(place)
            self._arounds.append(around)
            self.fresh.append(at >= len(zones) or not _inside(zones, at, place - around, place + around, end))

    def spoil(self, zones: list[int], width: int) -> None:
        """Let the hits be fresh too that are only by so much further from a change."""
        at = 0
        for number, place in enumerate(self._places):
            reach = self._arounds[number] + width
            while at < len(zones) and zones[at + 1] < place:
                at += 3
            if at >= len(zones) or not _inside(zones, at, place - reach, place + reach, -1):
                self.fresh[number] = True

    def grow(self) -> None:
        """Let those be fresh too that are near fresh ones: they may be looked at together."""
        grown = True in self.fresh
        while grown:
            grown = False
            # First from left to right, then back: `edge` is how far the fresh ones so far are felt.
            last = edge = -1
            for at, place in enumerate(self._places):
                if not self.fresh[at] and last >= 0 and (place <= edge or place - self._arounds[at] <= last):
                    self.fresh[at] = grown = True
                if self.fresh[at]:
                    last = place
                    edge = max(edge, last + self._arounds[at])
            last = edge = 1 << 60
            for at in range(len(self._places) - 1, -1, -1):
                place = self._places[at]
                if not self.fresh[at] and (place >= edge or place + self._arounds[at] >= last):
                    self.fresh[at] = grown = True
                if self.fresh[at]:
                    last = place
                    edge = min(edge, last - self._arounds[at])

    def fresh_in(self, low: int, high: int) -> bool:
        """Whether a fresh hit ends between `low` and `high`, these included."""
        at = bisect_left(self._places, low)
        while at < len(self._places) and self._places[at] <= high:
            if self.fresh[at]:
                return True
            at += 1
        return False


def _within(marks: Hits, windows: list[int]) -> Hits:
    """The marks of the windows' text that count, at their places in the version."""
    found: Hits = []
    if not marks:
        return found
    number, begin = 0, 0
    size = windows[2] - windows[0]
    for end, entry in sorted([(end, entry) for entry, end in marks]):
        while end > begin + size:
            begin += size
            number += 3
            size = windows[number + 2] - windows[number]
        place = windows[number] + end - begin
        if place > windows[number + 1]:
            found.append((entry, place))
    return found


def hits_of(marks: Marks) -> Hits:
    """The hits among these marks."""
    return [((mark & _ENTRY) >> 1, mark >> _END) for mark in marks if mark & 1]


class State:
    """What is known of a version: its marks, and what it holds unencoded under a path; None for what is not known."""

    def __init__(self, marks: Marks, path: bytes | None, found: list[Match] | None, *, binary: bool) -> None:
        self.marks = marks
        self.path = path
        self.found = found
        self.binary = binary


class Versions:
    """Scans plain texts, each from a version of it that was scanned before, where there is one."""

    def __init__(self, matcher: Matcher, reader: Reader) -> None:
        self._follower, self._reader = Follower(matcher), reader
        self._path_bound: frozenset[int] = reader.path_bound
        self._encoded: frozenset[int] = reader.encoded

    def look(
        self,
        oid: bytes,
        path: bytes | None,
        data: bytes,
        changes: list[int] | None,
        sources: list[int],
        base: State | None,
        part: Part,
    ) -> State:
        """What is known of a version of which this differs from its base (see `delta.apply`; None: all of it).

        What it holds is added to `part` under its raw id and `path`; without a path only what its own versions need is
        found.
        """
        length = len(data)
        zones: list[int] = []
        end = length
        if changes is None or base is None or length <= SMALL:
            marks = self._follower.whole(data)
        else:
            windows, zones = spread(changes, sources, length, self._follower.reach)
            marks = self._follower.carried(data, windows, zones, base.marks)
            if changes and changes[-2] == length:
                end = -1
        hits = hits_of(marks)
        if path is None:
            return State(marks, None, None if hits else [], binary=False)
        if not hits:
            self._count(oid, length, part)
            return State(marks, path, [], binary=False)
        binary = is_binary(data)
        found: list[Match] | None = None
        if zones and base is not None and base.found is not None and base.path == path and base.binary == binary:
            found, again = self._follower.split(marks, zones, end, base.found)
            if again:
                found = self._reader.direct(data, path, again, found)
        return State(marks, path, self._told(oid, path, data, hits, found, part), binary=binary)

    def _told(
        self, oid: bytes, path: bytes, data: bytes, hits: Hits, found: list[Match] | None, part: Part
    ) -> list[Match] | None:
        """Report what a version with these hits holds: what was `found`, if that is known; what is known then."""
        numbers = [number for number, _ in hits]
        if found is None or found or not self._encoded.isdisjoint(numbers):
            return self._reader.judge(Listed(hexlify(oid), path), b"blob", data, hits, part, found)
        self._count(oid if self._path_bound.isdisjoint(numbers) else quiet(oid, path), len(data), part)
        return found

    def _count(self, names: bytes, length: int, part: Part) -> None:
        """Note that a version holds nothing: `names` stand for it wherever it is, or for it under its path."""
        part.tally.blobs += 1
        part.tally.bytes += length
        part.clean += names


class Judge:
    """Scans the blobs of a walk that are wanted, those with `paths`, and knows the marks of all."""

    def __init__(self, plan: Plan, paths: dict[int, bytes], part: Part, reader: Reader, versions: Versions) -> None:
        self._plan, self._paths, self._part, self._reader, self._versions = plan, paths, part, reader, versions

    def item(self, blob: int) -> Listed:
        """A blob's listing."""
        return Listed(hexlify(self._plan.id(blob)), self._paths[blob])

    def __call__(
        self, blob: int, data: bytes, changes: list[int] | None, sources: list[int], base: State | None
    ) -> State | None:
        """What is known of a version, after its base: what `pack.walk` calls. None for what is no plain text."""
        if contents.is_plain(data):
            path = self._paths.get(blob)
            return self._versions.look(self._plan.id(blob), path, data, changes, sources, base, self._part)
        if blob in self._paths:
            self._reader.scan(self.item(blob), b"blob", data, self._part)
        return None
