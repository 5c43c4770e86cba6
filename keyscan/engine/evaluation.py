"""What a candidate is worth: filters, checks, companions and the kind of file turn it into a match, or drop it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.engine import place_severity
from keyscan.engine.checks import registry as checks
from keyscan.engine.confirm import Pattern
from keyscan.engine.filters import generic
from keyscan.engine.filters.context import CONTEXT, NEIGHBOURHOOD, context_of
from keyscan.engine.filters.placeholders import is_in_order, is_typed, rejection_reason
from keyscan.model.match import Match, Span
from keyscan.model.rule import Precision, Rule, Severity
from keyscan.ruleset.patterns import CHECKSUMS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.engine.confirm import Candidate
    from keyscan.engine.filters.context import Context

# What a token is made of: where more of it follows, a token without a checksum does not end.
_TOKEN = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-")


class Evaluator:
    """Turns candidates of `rules` into matches; keeps the compiled patterns of companions."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = rules
        self._companions = {
            number: Pattern(rule.companion.pattern, rule.companion.distance, source=rule.source)
            for number, rule in enumerate(rules)
            if rule.companion
        }

    def match(self, number: int, data: bytes, candidate: Candidate, path: str) -> Match | None:
        """The match that a candidate of rule `number` in `data` is; None for a placeholder and the like."""
        rule = self._rules[number]
        secret = data[candidate.secret_start : candidate.secret_end]
        match = Match(rule, *candidate, secret, rule.severity, rule.precision, (f"matches {rule.name}",))
        context = context_of(data, candidate, path, _near(rule))
        if rejection_reason(match, context):
            return None
        if rule.filters == "generic":
            match = _graded(match, *generic.grade(match, context))
        verdict = checks.verdict(rule.checks, secret) if rule.checks else None
        invented = "" if verdict or rule.filters == "generic" else _invented(match)
        if verdict is not True and CHECKSUMS.intersection(rule.checks) and _continues(data, candidate.secret_end):
            return None  # nothing but a checksum says that a token ends where text goes on
        if verdict is False or invented:
            reason = invented or checks.contradiction(rule.checks, secret)
            match = _graded(match, min(Severity.LOW, rule.severity), Precision.LOW, reason)
        elif verdict:
            match = _graded(match, rule.severity, Precision.VERY_HIGH, "its checksum or structure is right")
        if rule.companion:
            # A companion cannot make a sample worse than a sample.
            severity = match.severity if verdict is False or invented else rule.companion.severity
            paired = self._paired(number, data, match, severity)
            if paired is None:
                return None
            match = paired
        proved = verdict is True and not CHECKSUMS.isdisjoint(rule.checks)
        return match if proved or rule.filters == "generic" else _lowered_by_place(match, path, context)

    def _paired(self, number: int, data: bytes, match: Match, severity: Severity | None) -> Match | None:
        """`match` with its nearest companion; None where a required one is missing."""
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
        severity = match.severity if severity is None else severity
        return replace(
            _graded(match, severity, match.precision, f"paired with its {companion.name}"),
            companion=Span(best.secret_start, best.secret_end),
            companion_secret=data[best.secret_start : best.secret_end],
        )


def _invented(match: Match) -> str:
    """What says that somebody made up a key of a vendor's format; empty otherwise."""
    if is_in_order(match):
        return "its letters follow the alphabet"
    return "a part of it stands in it again" if match.rule.filters == "provider" and is_typed(match) else ""


def reach_of(rule: Rule) -> int:
    """How many bytes on either side of a match decide what becomes of it, besides those that it covers."""
    return max(_near(rule), rule.companion.distance if rule.companion else 0)


def _near(rule: Rule) -> int:
    """How many bytes on either side of a secret filters see: no more than the engine knows that they depend on."""
    return NEIGHBOURHOOD if rule.filters == "generic" or rule.id in place_severity.LOOK_AROUND else CONTEXT


def _continues(data: bytes, end: int) -> bool:
    """Whether what could be part of a token stands at `end`."""
    return end < len(data) and data[end] in _TOKEN


def _lowered_by_place(match: Match, path: str, context: Context) -> Match:
    """A named format at the severity that its place leaves it."""
    if match.severity <= Severity.LOW or match.rule.category == "practice":
        return match
    verdict = place_severity.of(match, path, context)
    return _graded(match, verdict[0], match.precision, verdict[1]) if verdict else match


def _gap(match: Match, other: Candidate) -> int:
    return max(other.secret_start - match.secret_end, match.secret_start - other.secret_end)


def _graded(match: Match, severity: Severity, precision: Precision, evidence: str) -> Match:
    return replace(match, severity=severity, precision=precision, evidence=(*match.evidence, evidence))
