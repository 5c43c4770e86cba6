"""The engine's front: bytes in, matches out, in order and each secret once."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, Any

from keyscan.catalog.path_kinds import PathKind, is_rehearsal, path_kind
from keyscan.engine import attribution as attribute
from keyscan.engine.checks import registry as checks
from keyscan.engine.confirm import Candidate, Pattern, PatternTimeout, SearchRange, start_ranges
from keyscan.engine.filters import generic
from keyscan.engine.filters.context import CONTEXT, NEIGHBOURHOOD, context_of, has_expired, is_binary
from keyscan.engine.filters.placeholders import rejection_reason
from keyscan.engine.match_cache import LONGEST, MatchCache
from keyscan.engine.overlaps import without_overlaps
from keyscan.engine.prefilter import encoding_triggers as triggers
from keyscan.engine.prefilter.entries import width_of
from keyscan.model.match import Match, Span
from keyscan.model.rule import Precision, Rule, Severity
from keyscan.ruleset.patterns import CHECKSUMS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyscan.engine.filters.context import Context
    from keyscan.engine.prefilter.encoding_triggers import Trigger
    from keyscan.engine.prefilter.entries import Entry, Hits, Prefilter

# What look-around may see past either end of an expression, with room to spare.
LOOK = 16
# Layers of encoding that are taken off one after the other.
DEPTH = 3


class Matcher:
    """All rules, ready to scan; between texts it holds compiled patterns, and verdicts if asked to `remember`."""

    def __init__(self, rules: Sequence[Rule], first: Prefilter) -> None:
        self.rules, self._first = rules, first
        firsts = {entry.rule: entry.first for entry in first.entries}
        self._patterns = [
            Pattern(rule.pattern, rule.max_length, one_line=rule.one_line, first=firsts.get(number, ""))
            for number, rule in enumerate(rules)
        ]
        self._companions = {
            number: Pattern(rule.companion.pattern, rule.companion.distance)
            for number, rule in enumerate(rules)
            if rule.companion
        }
        self._memory: MatchCache | None = None
        # How far round a place the bytes matter, besides those that the expression covers.
        self._around = [_seen_round(rule) + LOOK for rule in rules]

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels to worker processes without what it compiled, and what it remembers."""
        return Matcher, (self.rules, self._first)

    def remember(self) -> None:
        """From now on, keep verdicts: for texts that are mostly like others, the versions of a history."""
        if self._memory is None:
            self._memory = MatchCache()

    @property
    def entries(self) -> Sequence[Entry]:
        """What the first pass looks for; hits give their numbers."""
        return self._first.entries

    @property
    def local(self) -> bool:
        """Whether marks can be carried from one text to another that shares bytes with it."""
        return self._first.local

    @cached_property
    def reach(self) -> int:
        """How many bytes before a mark's end decide on it, where marks are local."""
        known = (entry for entry in self.entries if entry.rule < len(self.rules))
        return max(triggers.WIDEST, *map(width_of, known)) + LOOK

    @cached_property
    def behind(self) -> dict[int, int]:
        """For each entry of a named rule, by number, how many bytes behind a mark's end decide whether it is a hit."""
        return {number: entry.reach + LOOK for number, entry in enumerate(self.entries) if entry.value >= 0}

    @cached_property
    def around(self) -> list[int]:
        """For each entry, how far on either side of a hit's end the text decides what comes of it; -1: no bound.

        That covers the hits that are looked at together with it.
        """
        found = []
        for entry in self.entries:
            if entry.rule >= len(self.rules):
                found.append(-1)
                continue
            longest = self.rules[entry.rule].max_length + LOOK
            found.append((entry.high if entry.high >= 0 else longest) + 2 * longest + self._around[entry.rule])
        return found

    def raw_hits(self, data: bytes) -> Hits:
        """Where the first pass saw something in `data`, be it only a name with no value in reach."""
        return self._first.raw_hits(data)

    def hits(self, data: bytes, marks: Hits) -> Hits:
        """Where rules might match in `data`, which has these marks."""
        return self._first.drop_without_value(data, marks)

    def scan(
        self,
        data: bytes,
        limits: list[str] | None = None,
        *,
        path: str = "",
        hits: Hits | None = None,
        binary: bool | None = None,
        depth: int = 0,
    ) -> list[Match]:
        """The matches in `data`, in order of place; bounds that were hit, as reasons, are added to `limits`.

        `path`, where it is known, says what kind of file it is: generic matches are judged by that too.
        `hits` are those of `data` when they are known already; `binary` says of what `data` is cut from whether
        it is binary, `depth` how many layers of encoding were taken off.
        """
        if hits is None:
            hits = self._first.hits(data)
        if not hits:
            return []
        found = self.plain_matches(data, hits, limits, path=path, binary=binary)
        return found if depth == DEPTH else self.with_decoded(found, data, hits, limits, path=path, depth=depth)

    def plain_matches(
        self, data: bytes, hits: Hits, limits: list[str] | None = None, *, path: str = "", binary: bool | None = None
    ) -> list[Match]:
        """The matches at these hits of `data` as it stands, in order of place."""
        if binary is None:
            binary = is_binary(data)
        found = self._confirmed(data, hits, limits, path, binary=binary)
        return self._owners.attribute(without_overlaps(found), data)

    def with_decoded(
        self,
        found: list[Match],
        data: bytes,
        hits: Hits,
        limits: list[str] | None = None,
        *,
        path: str = "",
        depth: int = 0,
    ) -> list[Match]:
        """What was `found` directly, and the matches in what encodings hide at these hits of `data`."""
        behind = list(self._triggered(hits))
        if not behind:
            return found
        return without_overlaps([*found, *self._behind(data, behind, limits, path, depth)])

    def _confirmed(self, data: bytes, hits: Hits, limits: list[str] | None, path: str, *, binary: bool) -> list[Match]:
        found: list[Match] = []
        for number, spots in start_ranges(hits, self._first.entries, self.rules).items():
            rule = self.rules[number]
            if (binary and (rule.filters == "generic" or rule.context)) or generic.skipped(rule, path):
                continue
            pattern = self._patterns[number]
            try:
                for place in pattern.places(data, spots):
                    found += self._at(number, data, place, path)
            except PatternTimeout:
                if limits is not None:
                    limits.append(f"rule {rule.id} took too long on this text")
        return found

    def _at(self, number: int, data: bytes, place: SearchRange, path: str) -> Sequence[Match]:
        """The matches of a rule at a place, from memory where the same text was there before."""
        pattern = self._patterns[number]
        if self._memory is None:
            return self._judged(number, data, pattern.within(data, place), path)
        around = self._around[number]
        low = max(0, place.start - around)
        text = data[low : place.start + pattern.width(place) + around]
        if len(text) > LONGEST:
            return self._judged(number, data, pattern.within(data, place), path)
        size = place.end - place.start
        key = (number, path, text, place.start - low, -size if place.single else size)
        known = self._memory.get(key)
        if known is None:
            found = self._judged(number, data, pattern.within(data, place), path)
            self._memory.put(key, tuple(match.moved(-low) for match in found))
            return found
        return [match.moved(low) for match in known]

    def _judged(self, number: int, data: bytes, candidates: Iterable[Candidate], path: str) -> list[Match]:
        matches = (self._judge(number, data, candidate, path) for candidate in candidates)
        return [match for match in matches if match]

    def _triggered(self, hits: Hits) -> Iterator[tuple[int, int]]:
        """(trigger number, end offset) of the hits that are no rule's."""
        entries, count = self._first.entries, len(self.rules)
        return ((entries[number].low, end) for number, end in hits if entries[number].rule == count)

    @cached_property
    def _owners(self) -> attribute.ProviderAttribution:
        return attribute.ProviderAttribution(self.rules)

    @cached_property
    def _triggers(self) -> list[Trigger]:
        return triggers.of(self.rules)

    def _behind(
        self, data: bytes, hits: list[tuple[int, int]], limits: list[str] | None, path: str, depth: int
    ) -> Iterator[Match]:
        """The matches in what encodings hide, at their places in `data`."""
        from keyscan.engine.decoders import base64 as decode
        from keyscan.engine.decoders.view import Unread

        for view in decode.views(data, [(self._triggers[number], end) for number, end in hits]):
            if isinstance(view, Unread):
                if limits is not None:
                    limits.append(view.reason)
                continue
            for match in self._hidden(view.text, limits, path, depth + 1):
                if view.shows(match):
                    yield view.placed(match)

    def _hidden(self, text: bytes, limits: list[str] | None, path: str, depth: int) -> Sequence[Match]:
        """The matches in a view, from memory where it was seen before."""
        if self._memory is None or len(text) > LONGEST:
            return self.scan(text, limits, path=path, depth=depth)
        key = (-depth, path, text, 0, 0)
        known = self._memory.get(key)
        if known is None:
            given_up: list[str] = []
            known = tuple(self.scan(text, given_up, path=path, depth=depth))
            if not given_up:
                self._memory.put(key, known)
            elif limits is not None:
                limits += given_up
        return known

    def _judge(self, number: int, data: bytes, candidate: Candidate, path: str) -> Match | None:
        rule = self.rules[number]
        secret = data[candidate.secret_start : candidate.secret_end]
        match = Match(rule, *candidate, secret, rule.severity, rule.precision, (f"matches {rule.name}",))
        context = context_of(data, candidate, path)
        if rejection_reason(match, context):
            return None
        if rule.filters == "generic":
            match = _with(match, *generic.grade(match, context))
        verdict = checks.verdict(rule.checks, secret) if rule.checks else None
        if verdict is not True and CHECKSUMS.intersection(rule.checks) and _goes_on(data, candidate.secret_end):
            return None  # nothing but a checksum tells that a token ends where text goes on
        if verdict is False:
            least = min(Severity.LOW, rule.severity)
            match = _with(match, least, Precision.LOW, checks.contradiction(rule.checks, secret))
        elif verdict:
            match = _with(match, rule.severity, Precision.VERY_HIGH, "its checksum or structure is right")
        if rule.companion:
            # A companion can't make a sample worse than a sample.
            severity = match.severity if verdict is False else rule.companion.severity
            paired = self._paired(number, data, match, severity)
            if paired is None:
                return None
            match = paired
        sure = verdict is True and not CHECKSUMS.isdisjoint(rule.checks)
        return match if sure or rule.filters == "generic" else _rehearsed(match, path, context)

    def _paired(self, number: int, data: bytes, match: Match, severity: Severity | None) -> Match | None:
        companion = match.rule.companion
        assert companion is not None  # noqa: S101 - the caller asked
        low = max(0, match.start - companion.distance)
        high = min(len(data), match.end + companion.distance)
        best: Candidate | None = None
        for other in self._companions[number].all(data, low, high):
            overlaps = other.secret_start < match.secret_end and match.secret_start < other.secret_end
            if not overlaps and (best is None or _gap(match, other) < _gap(match, best)):
                best = other
        if best is None:
            return None if companion.required else match
        found = _with(
            match,
            match.severity if severity is None else severity,
            match.precision,
            f"with its {companion.name} beside it",
        )
        return _replace(
            found,
            companion=Span(best.secret_start, best.secret_end),
            companion_secret=data[best.secret_start : best.secret_end],
        )


def _goes_on(data: bytes, end: int) -> bool:
    """Whether what could be part of a token stands at `end`."""
    return data[end : end + 1].isalnum() or data[end : end + 1] in {b"_", b"-"}


def _rehearsed(match: Match, path: str, context: Context) -> Match:
    """A named format in a test or a sample is one severity lower, in others' code or after its expiry low."""
    if match.severity <= Severity.LOW or match.rule.category == "practice":
        return match
    if match.rule.id == "azure-sas-token" and has_expired(context):
        return _with(match, Severity.LOW, match.precision, "it has expired")
    if path_kind(path) & PathKind.VENDORED:
        return _with(match, Severity.LOW, match.precision, "in others' code")
    if is_rehearsal(path):
        return _with(match, Severity(match.severity - 1), match.precision, "in a test or a sample")
    return match


def _seen_round(rule: Rule) -> int:
    """How many bytes on either side of a match filters and companions look at."""
    seen = NEIGHBOURHOOD if rule.filters == "generic" else CONTEXT
    return max(seen, rule.companion.distance if rule.companion else 0)


def _gap(match: Match, other: Candidate) -> int:
    return max(other.secret_start - match.secret_end, match.secret_start - other.secret_end)


def _with(match: Match, severity: Severity, precision: Precision, evidence: str) -> Match:
    return _replace(match, severity=severity, precision=precision, evidence=(*match.evidence, evidence))


def _replace(match: Match, **changes: object) -> Match:
    from dataclasses import replace

    return replace(match, **changes)  # type: ignore[arg-type]
