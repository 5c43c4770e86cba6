"""One match a secret, where several rules claim it."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyscan.model.match import Match, Span


def without_overlaps(matches: Iterable[Match], *, layers: bool = False) -> list[Match]:
    """One match a secret: where two overlap, the more precise rule's, then the longer; sorted by place.

    With `layers`, some matches are in what others encode: there the more precise, then the more severe is kept,
    and of equals the decoded one. The second half of a pair is reported with its first, not once more by itself.
    """
    ordered = list(matches)
    halves = _merged([match.companion for match in ordered if match.companion])
    kept: list[tuple[int, int]] = []
    chosen: list[Match] = []
    for match in sorted(ordered, key=_layered_rank if layers else _rank):
        if not match.companion and _touches(halves, match.secret_start, match.secret_end):
            continue
        span = (match.secret_start, match.secret_end)
        at = bisect_left(kept, span)
        after = at < len(kept) and kept[at][0] < span[1]
        before = at > 0 and kept[at - 1][1] > span[0]
        if not after and not before:
            kept.insert(at, span)
            chosen.append(match)
    return sorted(chosen, key=place_of)


def place_of(match: Match) -> tuple[int, int, str]:
    """By what matches of one text are in order."""
    return match.secret_start, match.secret_end, match.rule.id


def _merged(spans: Iterable[Span]) -> list[tuple[int, int]]:
    """`spans` sorted, those that overlap joined."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted({(span.start, span.end) for span in spans}):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _touches(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether [start, end) overlaps one of `spans`, which are sorted and apart."""
    at = bisect_left(spans, (end, 0))
    return at > 0 and spans[at - 1][1] > start


def _rank(match: Match) -> tuple[bool, int, int, int, int, str]:
    rule = match.rule
    length = match.secret_end - match.secret_start
    return rule.filters == "generic", -rule.precision, -length, -rule.severity, match.secret_start, rule.id


def _layered_rank(match: Match) -> tuple[bool, int, int, bool, tuple[bool, int, int, int, int, str]]:
    return match.rule.filters == "generic", -match.precision, -match.severity, not match.decoded, _rank(match)
