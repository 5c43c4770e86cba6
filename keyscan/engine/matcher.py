"""The engine's front: bytes in, matches out, in order and each secret once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from keyscan.engine import attribution
from keyscan.engine.confirm import Pattern, PatternTimeout, SearchRange, start_ranges
from keyscan.engine.evaluation import Evaluator, reach_of
from keyscan.engine.filters import generic
from keyscan.engine.filters.context import is_binary
from keyscan.engine.match_cache import LONGEST, MatchCache
from keyscan.engine.overlaps import without_overlaps
from keyscan.engine.prefilter import encoding_triggers
from keyscan.engine.prefilter.entries import width_of
from keyscan.model.match import Match, MatchResult

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyscan.engine.confirm import Candidate
    from keyscan.engine.prefilter.entries import Entry, Hits, Prefilter
    from keyscan.model.rule import Rule

# What look-around may see past either end of an expression, with room to spare.
LOOK = 16
# Layers of encoding that are taken off one after the other.
DEPTH = 3


class Matcher:
    """All rules, ready to scan; between texts it keeps compiled patterns, and verdicts once `remember` was called."""

    def __init__(self, rules: Sequence[Rule], prefilter: Prefilter) -> None:
        self.rules, self._prefilter = rules, prefilter
        self._patterns = [
            Pattern(rule.pattern, rule.max_length, one_line=rule.one_line, source=rule.source) for rule in rules
        ]
        for entry in prefilter.entries:
            if entry.first:
                self._patterns[entry.rule].begins_with(entry.first, entry.starts)
        self._evaluator = Evaluator(rules)
        self._cache: MatchCache | None = None
        # How far around a place the bytes matter, besides those that the expression covers.
        self._around = [reach_of(rule) + LOOK for rule in rules]

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels to worker processes without what it compiled, and without its cache."""
        return Matcher, (self.rules, self._prefilter)

    def remember(self) -> None:
        """From now on, keep verdicts: for texts that are mostly like others, the versions of a history."""
        if self._cache is None:
            self._cache = MatchCache()

    @property
    def entries(self) -> Sequence[Entry]:
        """The entries of the prefilter; hits give their numbers."""
        return self._prefilter.entries

    @property
    def local(self) -> bool:
        """Whether raw hits can be carried from one text to another that shares bytes with it."""
        return self._prefilter.local

    @cached_property
    def reach(self) -> int:
        """How many bytes before a raw hit's end decide on it, where raw hits are local."""
        known = (entry for entry in self.entries if entry.rule < len(self.rules))
        return max(encoding_triggers.WIDEST, *map(width_of, known)) + LOOK

    @cached_property
    def behind(self) -> dict[int, int]:
        """For each entry that needs a value, by number, how many bytes after a raw hit decide on it."""
        return {number: entry.reach + LOOK for number, entry in enumerate(self.entries) if entry.value >= 0}

    @cached_property
    def around(self) -> list[int]:
        """For each entry, how far on either side of a hit's end the text decides what comes of it; -1: no bound.

        That covers the hits that are confirmed together with it.
        """
        return [self._around_of(entry) for entry in self.entries]

    def _around_of(self, entry: Entry) -> int:
        if entry.rule >= len(self.rules):
            return -1
        longest = self.rules[entry.rule].max_length + LOOK
        return (entry.high if entry.high >= 0 else longest) + 2 * longest + self._around[entry.rule]

    def raw_hits(self, data: bytes) -> Hits:
        """The prefilter's hits in `data`, those included that lack the value which they need."""
        return self._prefilter.raw_hits(data)

    def hits(self, data: bytes, raw: Hits) -> Hits:
        """The hits among the raw hits of `data`: where rules might match."""
        return self._prefilter.drop_without_value(data, raw)

    def scan(self, data: bytes, *, path: str = "", depth: int = 0) -> MatchResult:
        """The matches in `data` and in what encodings hide in it.

        `path`, where it is known, says what kind of file it is: generic matches are judged by that too. `depth` is how
        many layers of encoding were taken off already.
        """
        hits = self._prefilter.binary_hits(data) if is_binary(data) else self._prefilter.hits(data)
        if not hits:
            return MatchResult([])
        return self.with_decoded(self.plain_matches(data, hits, path=path), data, hits, path=path, depth=depth)

    def plain_matches(self, data: bytes, hits: Hits, *, path: str = "") -> MatchResult:
        """The matches at these hits of `data` as it stands."""
        binary = is_binary(data)
        matches: list[Match] = []
        limits: list[str] = []
        for number, ranges in start_ranges(hits, self._prefilter.entries, self.rules).items():
            rule = self.rules[number]
            if binary and rule.text_only:
                continue
            # Nor have generic ones anything to say of files that hold long random strings by nature.
            if rule.filters == "generic" and (generic.is_noisy(path) or generic.skipped(rule, path)):
                continue
            try:
                for place in self._patterns[number].places(data, ranges):
                    matches += self._at(number, data, place, path)
            except PatternTimeout:
                limits.append(f"rule {rule.id} took too long on this text")
        if not matches:
            return MatchResult([], tuple(limits))
        return MatchResult(self._owners.attribute(without_overlaps(matches), data), tuple(limits))

    def with_decoded(
        self, plain: MatchResult, data: bytes, hits: Hits, *, path: str = "", depth: int = 0
    ) -> MatchResult:
        """`plain`, the plain matches at these hits of `data`, and the matches in what encodings hide at them."""
        triggered = list(self._triggered(hits))
        if not triggered:
            return plain
        decoded = self._decoded(data, triggered, path, depth)
        if not decoded.matches and not decoded.limits:
            return plain
        return MatchResult(
            without_overlaps([*plain.matches, *decoded.matches], layers=True), plain.limits + decoded.limits
        )

    def _at(self, number: int, data: bytes, place: SearchRange, path: str) -> Sequence[Match]:
        """The matches of a rule at a place, from the cache where the same text was there before."""
        pattern = self._patterns[number]
        if self._cache is None:
            return self._evaluated(number, data, pattern.within(data, place), path)
        around = self._around[number]
        low = max(0, place.start - around)
        text = data[low : place.start + pattern.width(place) + around]
        if len(text) > LONGEST:
            return self._evaluated(number, data, pattern.within(data, place), path)
        size = place.end - place.start
        key = (number, path, text, place.start - low, -size if place.single else size)
        known = self._cache.get(key)
        if known is None:
            matches = self._evaluated(number, data, pattern.within(data, place), path)
            self._cache.put(key, tuple(match.moved(-low) for match in matches))
            return matches
        return [match.moved(low) for match in known]

    def _evaluated(self, number: int, data: bytes, candidates: Iterable[Candidate], path: str) -> list[Match]:
        matches = (self._evaluator.match(number, data, candidate, path) for candidate in candidates)
        return [match for match in matches if match]

    def _triggered(self, hits: Hits) -> Iterator[tuple[int, int]]:
        """(trigger number, end offset) of the hits that belong to no rule."""
        entries, count = self._prefilter.entries, len(self.rules)
        return ((entries[number].low, end) for number, end in hits if entries[number].rule == count)

    @cached_property
    def _owners(self) -> attribution.ProviderAttribution:
        return attribution.ProviderAttribution(self.rules)

    def _decoded(self, data: bytes, triggered: list[tuple[int, int]], path: str, depth: int) -> MatchResult:
        """The matches in what encodings hide, at their places in `data`."""
        from keyscan.engine.decoders import base64
        from keyscan.engine.decoders.view import Unread

        matches: list[Match] = []
        limits: list[str] = []
        for view in base64.views(data, [(self._prefilter.triggers[number], end) for number, end in triggered]):
            if isinstance(view, Unread):
                limits.append(view.reason)
                continue
            if depth == DEPTH:
                if self._has_undecoded(view.text, view.path(path)):
                    return MatchResult([], (f"encoded more than {DEPTH} times; the innermost layers were not decoded",))
                continue
            result = self._in_view(view.text, view.path(path), depth + 1)
            limits += result.limits
            matches += [view.placed(match) for match in result.matches if view.shows(match)]
        return MatchResult(matches, tuple(limits))

    def _has_undecoded(self, data: bytes, path: str) -> bool:
        """Whether the layer below the last that is decoded has a match, or what may be encoded once more.

        Hits alone say no more than that a keyword stands there, and not the same for both prefilters.
        """
        hits = self._prefilter.hits(data)
        if any(self._triggered(hits)):
            return True
        plain = self.plain_matches(data, hits, path=path)
        return bool(plain.matches or plain.limits)

    def _in_view(self, text: bytes, path: str, depth: int) -> MatchResult:
        """The result for a decoded text, from the cache where it was scanned before."""
        if self._cache is None or len(text) > LONGEST:
            return self.scan(text, path=path, depth=depth)
        key = (-depth, path, text, 0, 0)
        known = self._cache.get(key)
        if known is not None:
            return MatchResult(list(known))
        result = self.scan(text, path=path, depth=depth)
        if not result.limits:
            self._cache.put(key, tuple(result.matches))
        return result
