"""Whose key is it: a generic match that fits a named rule's value, with that provider's name near, is that rule's.

Named rules look from the name to the value; here the name may also follow (`Bearer ...` before the address, a key
before `base_url=`) or stand lines away. Of a rule whose shape is no other vendor's (`unique`) no name is needed.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from keyscan.engine.filters.context import NO_CONTEXT
from keyscan.engine.filters.placeholders import rejection_reason
from keyscan.model.rule import Precision, Severity
from keyscan.ruleset.patterns import word_parts, word_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.model.match import Match
    from keyscan.model.rule import Rule

# How far from the value, in bytes, its provider's name may stand.
REACH = 300
# Verdicts that are kept, of 600 bytes each.
_KNOWN = 4096


class ProviderAttribution:
    """The named rules, and how to tell which of them a generic match belongs to."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        self._rules = [
            (rule, [[part.lower().encode() for part in word_parts(word)] for word in rule.context])
            for rule in rules
            if rule.context and rule.value and not (rule.companion and rule.companion.required)
        ]
        # By the first part of a name, the numbers of its rules: few of all names stand near a value.
        self._by_first: dict[bytes, list[int]] = {}
        for number, (_, words) in enumerate(self._rules):
            for first in {parts[0] for parts in words}:
                self._by_first.setdefault(first, []).append(number)
        self._unique = [rule for rule, _ in self._rules if rule.unique]
        # Versions of a file have the same values in the same places.
        self._known: dict[tuple[bytes, int, int], Rule | None] = {}

    def attribute(self, matches: list[Match], data: bytes) -> list[Match]:
        """`matches` with each generic one turned into the nearest fitting provider's, from medium severity on.

        One of a shape that only one vendor's keys have is turned at every severity: the shape says more than a name.
        """
        return [self._owned(match, data) if match.rule.filters == "generic" else match for match in matches]

    def _owned(self, match: Match, data: bytes) -> Match:
        for rule in self._unique:
            if _fits(rule.value, match.secret):
                return _turned(match, rule, f"only {rule.provider} issues keys of this shape")
        if match.severity < Severity.MEDIUM:
            return match
        low = max(0, match.secret_start - REACH)
        around = data[low : match.secret_end + REACH]
        start = match.secret_start - low
        key = (around, start, len(match.secret))
        if key not in self._known:
            if len(self._known) >= _KNOWN:
                self._known.clear()
            self._known[key] = self._owner(around, start, match.secret)
        owner = self._known[key]
        return match if owner is None else _turned(match, owner, f"{owner.provider} is named beside it")

    def _owner(self, around: bytes, start: int, secret: bytes) -> Rule | None:
        """The rule whose name stands nearest to the `secret`, at `start`, and whose value it fits."""
        size = len(secret)
        around = around[:start] + b" " * size + around[start + size :]
        lower = around.lower()
        best: tuple[int, Rule] | None = None
        near = {number for first, numbers in self._by_first.items() if first in lower for number in numbers}
        for rule, words in (self._rules[number] for number in sorted(near)):
            if not any(all(part in lower for part in parts) for parts in words) or not _fits(rule.value, secret):
                continue
            gap = _gap(rule, around, start, size)
            if gap is not None and (best is None or gap < best[0]):
                best = (gap, rule)
        return best[1] if best else None


def _fits(value: str, secret: bytes) -> bool:
    return _compiled(value).fullmatch(secret) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode())


def _gap(rule: Rule, around: bytes, start: int, size: int) -> int | None:
    """Bytes between the value at `start` and the rule's nearest name; None when it has none as a word of its own."""
    gaps = [
        max(start - match.end(), match.start() - start - size)
        for word in rule.context
        for match in _compiled(word_pattern(word)).finditer(around)
    ]
    return min(gaps, default=None)


def _turned(match: Match, rule: Rule, evidence: str) -> Match:
    # What is low by its place or its name stays below the rule's own severity.
    severity = rule.severity if match.severity >= Severity.MEDIUM else Severity(rule.severity - 1)
    owned = replace(
        match,
        rule=rule,
        severity=severity,
        precision=min(rule.precision, Precision.MEDIUM),
        evidence=(*match.evidence, evidence),
    )
    return match if rejection_reason(owned, NO_CONTEXT) else owned
