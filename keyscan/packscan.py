"""Packs scanned by their deltas: only what is new in each version, and what it may change round itself.

Why nothing is missed: a match that is new in a version, or new in being reported, has a byte among those that
decide on it that was inserted, or a seam between them. So it is enough to scan each version near its changes, as
far round as the rules reach that can be there: a rule can be in a version only if the first pass hits near a
change (few bytes), or hit somewhere in the base. A version whose base is handed over, or with a match near a
change, is handed over whole, so what is reported of it is what the ordinary path reports. Paths are not known yet: they
only ever make a match count for less, so judging without one hands over more, never less.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING

from keyscan.engine import contents, reach
from keyscan.engine.decode import RUN
from keyscan.engine.matcher import is_binary
from keyscan.sources import delta

if TYPE_CHECKING:
    from keyscan.engine.matcher import Matcher

# Between windows that are scanned as one: the end of a line, and a byte that no key contains.
_GAP = b"\n\0\n"
# Up to this size a version is looked at whole: finding its windows would take as long.
_SMALL = 16 * 1024

# What is known of a version: the rules of which the first pass may see something in it (bits), whether it may
# hold a match, whether it is binary.
State = tuple[int, bool, bool]


class Judge:
    """Decides version by version what has to be scanned.

    `blobs` and their `sizes` are what was looked at, `hot` are those that may hold something.
    """

    def __init__(self, matcher: Matcher) -> None:
        self.blobs = array("I")
        self.sizes = array("I")
        self.hot: list[int] = []
        self._matcher = matcher
        self._bits = [1 << entry.rule for entry in matcher.entries]
        self._first = reach.of_first(matcher.entries, matcher.rules)
        # Behind the rules: what has to be decoded first, which may be all of a long run.
        self._reaches = [*(reach.of(rule) for rule in matcher.rules), 2 * RUN]
        self._known: dict[int, int] = {0: self._first}

    def __call__(self, blob: int, data: bytes, changes: list[int] | None, base: State | None) -> State:
        """The state of a version, after its base's: what `pack.walk` calls."""
        binary = is_binary(data)
        if not contents.is_plain(data) and not contents.is_bytes(data):
            # An archive, a notebook, or text in another encoding: looked into when it is scanned whole.
            self.hot.append(blob)
            return 0, True, binary
        if base is not None and base[1]:
            # What holds a secret mostly does so in all versions of its family: looking whether this one does would
            # cost as much as the ordinary path's look at it (nats-server: 568 of 571 do).
            self.hot.append(blob)
            return 0, True, binary
        if changes is None or base is None or base[2] != binary or len(data) <= _SMALL:
            state = self._whole(data, binary=binary)
        else:
            state = self._near(data, changes, base[0], binary=binary)
        self.blobs.append(blob)
        self.sizes.append(len(data))
        if state[1]:
            self.hot.append(blob)
        return state

    def _whole(self, data: bytes, *, binary: bool) -> State:
        marks = self._matcher.marks(data)
        if not marks:
            return 0, False, binary
        hits = self._matcher.hits(data, marks)
        slow: list[str] = []
        hot = bool(hits) and bool(self._matcher.scan(data, slow, hits=hits, binary=binary) or slow)
        return self._rules(marks), hot, binary

    def _near(self, data: bytes, changes: list[int], rules: int, *, binary: bool) -> State:
        """What the changes let stand of a state without a match, or the state of the whole where one is near them."""
        width = self._reach(rules)
        while True:
            places = delta.windows(changes, len(data), width)
            text = delta.gather(data, places, _GAP)
            if len(text) > len(data):
                return self._whole(data, binary=binary)
            marks = self._matcher.marks(text)
            if not marks:
                return rules, False, binary
            near = self._rules(marks)
            if near >> len(self._matcher.rules):
                return self._whole(data, binary=binary)
            rules |= near
            if self._reach(rules) <= width:
                break
            width = self._reach(rules)
        hits = self._matcher.hits(text, marks)
        if hits and self._matches(data, places, hits, binary=binary):
            return self._whole(data, binary=binary)
        return rules, False, binary

    def _matches(self, data: bytes, places: list[int], hits: list[tuple[int, int]], *, binary: bool) -> bool:
        """Whether a window that was hit holds a match."""
        ends: list[int] = []
        total = 0
        for number in range(0, len(places), 2):
            total += places[number + 1] - places[number] + len(_GAP)
            ends.append(total)
        slow: list[str] = []
        for number in {bisect_left(ends, end) for _, end in hits}:
            window = data[places[2 * number] : places[2 * number + 1]]
            if self._matcher.scan(window, slow, binary=binary) or slow:
                return True
        return False

    def _rules(self, marks: list[tuple[int, int]]) -> int:
        bits = 0
        for entry in {number for number, _ in marks}:
            bits |= self._bits[entry]
        return bits

    def _reach(self, rules: int) -> int:
        """How far round a change these rules reach, in bytes."""
        known = self._known.get(rules)
        if known is None:
            known = max(width for number, width in enumerate(self._reaches) if rules >> number & 1)
            self._known[rules] = known = max(known, self._first)
        return known
