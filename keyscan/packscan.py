"""Packs scanned by their deltas: only what is new in each version, and what it may change round itself.

Why nothing is missed: a match that is new in a version, or new in being reported, has a byte among those that
decide on it that was inserted, or a seam between them. So it is enough to scan each version near its changes, as
far round as the rules reach that can be there: a rule can be in a version only if the first pass hits near a
change (few bytes), or hit somewhere in the base. A version whose base holds a match, or with one near a change,
is handed over whole, so what is reported of it is what the ordinary path reports.
"""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, NamedTuple

from keyscan.engine import reach
from keyscan.engine.matcher import is_binary
from keyscan.sources import delta

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from keyscan.engine.matcher import Matcher

# Between windows that are scanned as one: the end of a line, and a byte that no key contains.
_GAP = b"\n\0\n"


class State(NamedTuple):
    """What is known of a version: rules that may hit in it (bits), whether it holds a match, whether it is binary."""

    rules: int
    hot: bool
    binary: bool


class Judge:
    """Decides version by version what has to be scanned; hands what may hold something to `whole(id, contents)`."""

    def __init__(self, matcher: Matcher, whole: Callable[[bytes, bytes], None]) -> None:
        self._matcher, self._whole = matcher, whole
        self._bits = [1 << entry.rule for entry in matcher.entries]
        self._first = reach.of_first(matcher.entries, matcher.rules)
        self._reaches = [reach.of(rule) for rule in matcher.rules]
        self._known: dict[int, int] = {0: self._first}

    def __call__(
        self,
        name: bytes,
        data: bytes,
        changes: list[int] | None,
        base: State | None,
        wanted: bool,
    ) -> State:
        """The state of a version, after its base's: what `pack.walk` calls."""
        binary = is_binary(data)
        if changes is None or base is None or base.hot or base.binary != binary:
            state = self._all(data, binary=binary)
        else:
            state = self._near(data, changes, base)
        if state.hot and wanted:
            self._whole(name, data)
        return state

    def _all(self, data: bytes, *, binary: bool) -> State:
        hits = self._matcher.hits(data)
        slow: list[str] = []
        hot = bool(self._matcher.scan(data, slow, hits=hits, binary=binary) or slow)
        return State(self._rules(number for number, _ in hits), hot, binary)

    def _near(self, data: bytes, changes: list[int], base: State) -> State:
        """What the changes let stand of the base's state, or the state of the whole where they touch a match."""
        rules = base.rules
        width = self._reach(rules)
        while True:
            places = delta.windows(changes, len(data), width)
            text = delta.gather(data, places, _GAP)
            if len(text) > len(data):
                return self._all(data, binary=base.binary)
            hits = self._matcher.hits(text)
            rules |= self._rules(number for number, _ in hits)
            wider = self._reach(rules)
            if wider <= width:
                break
            width = wider
        if self._matches(data, places, hits, binary=base.binary):
            return self._all(data, binary=base.binary)
        return State(rules, hot=False, binary=base.binary)

    def _matches(self, data: bytes, places: list[int], hits: list[tuple[int, int]], *, binary: bool) -> bool:
        """Whether a window that was hit holds a match."""
        ends: list[int] = []
        total = 0
        for start, end in zip(places[::2], places[1::2], strict=True):
            total += end - start + len(_GAP)
            ends.append(total)
        slow: list[str] = []
        for number in {bisect_left(ends, end) for _, end in hits}:
            window = data[places[2 * number] : places[2 * number + 1]]
            if self._matcher.scan(window, slow, binary=binary) or slow:
                return True
        return False

    def _rules(self, entries: Iterable[int]) -> int:
        bits = 0
        for entry in set(entries):
            bits |= self._bits[entry]
        return bits

    def _reach(self, rules: int) -> int:
        """How far round a change these rules reach, in bytes."""
        known = self._known.get(rules)
        if known is None:
            known = max(width for number, width in enumerate(self._reaches) if rules >> number & 1)
            self._known[rules] = known = max(known, self._first)
        return known
