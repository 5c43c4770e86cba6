"""What a candidate is worth: filters, checks, companions and the kind of file turn it into a match, or drop it."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.catalog.path_kinds import PathKind
from keyscan.engine.checks import registry as checks
from keyscan.engine.confirm import Pattern
from keyscan.engine.filters import generic
from keyscan.engine.filters.context import CONTEXT, NEIGHBOURHOOD, context_of, has_expired
from keyscan.engine.filters.placeholders import rejection_reason
from keyscan.engine.filters.value_shape import Shape, shape_of
from keyscan.model.match import Match, Span
from keyscan.model.rule import Precision, Rule, Severity
from keyscan.ruleset.patterns import CHECKSUMS
from keyscan.support.path_kind import is_rehearsal, path_kind

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
        context = context_of(data, candidate, path)
        if rejection_reason(match, context):
            return None
        if rule.filters == "generic":
            match = _graded(match, *generic.grade(match, context))
        verdict = checks.verdict(rule.checks, secret) if rule.checks else None
        if verdict is not True and CHECKSUMS.intersection(rule.checks) and _continues(data, candidate.secret_end):
            return None  # nothing but a checksum says that a token ends where text goes on
        if verdict is False:
            least = min(Severity.LOW, rule.severity)
            match = _graded(match, least, Precision.LOW, checks.contradiction(rule.checks, secret))
        elif verdict:
            match = _graded(match, rule.severity, Precision.VERY_HIGH, "its checksum or structure is right")
        if rule.companion:
            # A companion cannot make a sample worse than a sample.
            severity = match.severity if verdict is False else rule.companion.severity
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


def reach_of(rule: Rule) -> int:
    """How many bytes on either side of a match decide what becomes of it, besides those that it covers."""
    reach = NEIGHBOURHOOD if rule.filters == "generic" or rule.id == _FIREBASE_RULE else CONTEXT
    return max(reach, rule.companion.distance if rule.companion else 0)


def _continues(data: bytes, end: int) -> bool:
    """Whether what could be part of a token stands at `end`."""
    return end < len(data) and data[end] in _TOKEN


# What signs an address, or stands in one that was signed with it.
_SIGNERS = frozenset(("azure-sas-token", "aws-session-token", "aws-access-key", "alibaba-access-key"))


# Google issues the same form for Gemini, for maps and for Firebase, whose apps hold theirs in plain sight.
_FIREBASE_RULE = "google-api-key"
_FIREBASE_NAME = re.compile(rb"(?i)firebase[\w.-]{0,40}[\"'`\]]?\s{0,4}[:=,]\s{0,4}(?:\$\{\w+:-)?[\"'`]?\Z")
_FIREBASE_NEAR = re.compile(
    rb"(?i)auth_?domain[\"'\s]{0,3}[:=]|firebaseapp\.com|messaging_?sender_?id[\"'\s]{0,3}[:=]|GCM_SENDER_ID|mobilesdk_app_id"
)
_FIREBASE_FILE = re.compile(
    r"(?i)(?:^|[/_.-])(?:GoogleService-Info[\w.-]*\.plist|google-services[\w.-]*\.json|firebase[\w.-]*\.(?:[jt]sx?|dart))\Z"
)
# The token of a build's badge tells its state and nothing else.
_BADGE = re.compile(rb"(?i)(?:\.svg|/badges?(?:/[^\s?]{1,80})?)\?[^\s\"'<>]{0,100}\Z")


def _is_firebase(path: str, context: Context) -> bool:
    """Whether the name, the settings beside it or the file say that a key is that of a Firebase app."""
    return bool(
        _FIREBASE_NAME.search(context.before)
        or _FIREBASE_NEAR.search(context.near)
        or _FIREBASE_FILE.search(path.partition("!/")[2] or path)
    )


# Rules whose secret follows the host that it is for.
_FOR_HOST = frozenset(("npm-registry-token", "authorization-basic", "netrc-password"))
_THIS_MACHINE = re.compile(rb"(?i)localhost|127\.0\.0\.1|0\.0\.0\.0|\[::1\]|host\.docker\.internal")


def _lowered_by_place(match: Match, path: str, context: Context) -> Match:
    """A named format in a test or a sample is one severity lower; in others' code or after its expiry it is low.

    In a document one that no prefix tells is medium at most.
    """
    if match.severity <= Severity.LOW or match.rule.category == "practice":
        return match
    if match.rule.id in _SIGNERS and has_expired(context):
        return _graded(match, Severity.LOW, match.precision, "it has expired")
    if match.rule.id == _FIREBASE_RULE and _is_firebase(path, context):
        return _graded(
            match, Severity.LOW, match.precision, "a Firebase app's key, which each copy of the app contains"
        )
    if _BADGE.search(context.before):
        return _graded(match, Severity.LOW, match.precision, "in a badge, which everyone sees")
    if match.rule.id in _FOR_HOST and _THIS_MACHINE.search(context.before + context.lead):
        return _graded(match, Severity.LOW, match.precision, "for this machine")
    if path_kind(path) & PathKind.VENDORED:
        return _graded(match, Severity.LOW, match.precision, "in others' code")
    if match.severity > Severity.MEDIUM and not match.rule.prefix and path_kind(path) & PathKind.DOCUMENT:
        # Of labelled findings without a vendor's prefix half are samples there: benchmarks/quality/labels.py.
        return _graded(match, Severity.MEDIUM, match.precision, "in a document, which shows samples")
    if is_rehearsal(path):
        if match.rule.provider == "Connection string" and shape_of(match.secret) < Shape.RANDOM:
            return _graded(match, Severity.LOW, match.precision, "a password for a test")
        return _graded(match, Severity(match.severity - 1), match.precision, "in a test or a sample")
    return match


def _gap(match: Match, other: Candidate) -> int:
    return max(other.secret_start - match.secret_end, match.secret_start - other.secret_end)


def _graded(match: Match, severity: Severity, precision: Precision, evidence: str) -> Match:
    return replace(match, severity=severity, precision=precision, evidence=(*match.evidence, evidence))
