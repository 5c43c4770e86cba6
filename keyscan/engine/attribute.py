"""Whose key is it: a generic match that fits a named rule's value, with that provider's name near, is that rule's.

Named rules look from the name to the value; here the name may also follow (`Bearer ...` before the address, a key
before `base_url=`) or stand lines away.
"""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import TYPE_CHECKING

from keyscan.engine import filters
from keyscan.model import Precision, Severity
from keyscan.patterns import word_parts, word_pattern

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.model import Match, Rule

# How far from the value, in bytes, its provider's name may stand.
REACH = 300


def attributed(matches: list[Match], data: bytes, rules: Sequence[Rule]) -> list[Match]:
    """`matches` with each generic one of medium severity turned into the nearest fitting provider's."""
    return [
        _owned(match, data, rules) if match.rule.filters == "generic" and match.severity >= Severity.MEDIUM else match
        for match in matches
    ]


def _owned(match: Match, data: bytes, rules: Sequence[Rule]) -> Match:
    low = max(0, match.secret_start - REACH)
    around = (
        data[low : match.secret_start] + b" " * len(match.secret) + data[match.secret_end : match.secret_end + REACH]
    )
    lower = around.lower()
    best: tuple[int, Rule] | None = None
    for rule in rules:
        if not rule.context or not rule.value or (rule.companion and rule.companion.required):
            continue
        if not any(_parts_in(word, lower) for word in rule.context) or not _fits(rule.value, match.secret):
            continue
        gap = _gap(rule, around, match.secret_start - low, len(match.secret))
        if gap is not None and (best is None or gap < best[0]):
            best = (gap, rule)
    return match if best is None else _turned(match, best[1])


def _parts_in(word: str, lower: bytes) -> bool:
    return all(part.lower().encode() in lower for part in word_parts(word))


def _fits(value: str, secret: bytes) -> bool:
    return _compiled(value).fullmatch(secret) is not None


@cache
def _compiled(pattern: str) -> re.Pattern[bytes]:
    return re.compile(pattern.encode())


def _gap(rule: Rule, around: bytes, start: int, size: int) -> int | None:
    """Bytes between the value at `start` and the rule's nearest name; None when it has none as a word of its own."""
    gaps = [
        max(start - found.end(), found.start() - start - size)
        for word in rule.context
        for found in _compiled(word_pattern(word)).finditer(around)
    ]
    return min(gaps, default=None)


def _turned(match: Match, rule: Rule) -> Match:
    owned = replace(
        match,
        rule=rule,
        severity=rule.severity,
        precision=min(rule.precision, Precision.MEDIUM),
        evidence=(*match.evidence, f"{rule.provider} is named beside it"),
    )
    return match if filters.reason(owned, filters.Context(b"", b"")) else owned
