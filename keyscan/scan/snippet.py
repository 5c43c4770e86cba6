"""The line round a finding with every secret on it masked, for reports that people read."""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import TYPE_CHECKING

from keyscan.model.finding import Snippet

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyscan.model.match import Match

# Bytes that are shown before and after the finding.
_BEFORE, _AFTER = 60, 40
# Matches looked at on either side for others on the same line.
_NEAR = 40
MASK = "********"
# What continues a token: a rule may cover only a part of one.
_HEAD = re.compile(rb"[A-Za-z0-9_+/~-]{0,400}\Z")
_TAIL = re.compile(rb"[A-Za-z0-9_+/.~-]{0,400}=*")
# Long runs that no rule has claimed: nobody knows that they are harmless.
_LONG = re.compile(r"[A-Za-z0-9_+/=~-]{20,}")

Span = tuple[int, int]


def snippet(match: Match, matches: Sequence[Match], data: bytes, redacted: str) -> Snippet:
    """The first line of a match as far as it is shown; `matches` are all of `data`, in order of `secret_start`.

    `redacted` is what the report shows of the secret: its public prefix stays readable.
    """
    start, end = match.secret_start, match.secret_end
    low = max(data.rfind(b"\n", 0, start) + 1, start - _BEFORE)
    stop = data.find(b"\n", end, end + _AFTER)
    high = stop if stop >= 0 else min(len(data), end + _AFTER)
    # A token that was cut off would look like a short one.
    low, high = _whole_token(data, low, low)[0], _whole_token(data, high, high)[1]
    if match.rule.category == "practice":  # about code: what it covers is no secret
        mark = data[start:end].decode("utf-8", "replace")
    else:
        start, end = _whole_token(data, start, end)
        mark = redacted.partition("...")[0] + MASK
    spans = list(_others(match, matches, data))
    before = _masked(data, low, start, spans)
    after = "" if b"\n" in data[start:end] else _masked(data, end, high, spans)
    return Snippet(before, mark.partition("\n")[0][: _BEFORE + _AFTER], after)


def _whole_token(data: bytes, start: int, end: int) -> Span:
    """data[start:end] with what continues it on either side."""
    head, tail = _HEAD.search(data, max(0, start - 400), start), _TAIL.match(data, end)
    return head.start() if head else start, tail.end() if tail else end


def _others(match: Match, matches: Sequence[Match], data: bytes) -> Iterable[Span]:
    """The spans near a match that hold another secret, or the second half of one."""
    at = bisect_left(matches, match.secret_start, key=lambda one: one.secret_start)
    for other in matches[max(0, at - _NEAR) : at + _NEAR]:
        if other is not match and other.rule.category != "practice":
            yield _whole_token(data, other.secret_start, other.secret_end)
        if other.companion:
            yield _whole_token(data, other.companion.start, other.companion.end)


def _masked(data: bytes, low: int, high: int, spans: Iterable[Span]) -> str:
    """data[low:high] as text, without the secrets at `spans` and without any other long token."""
    parts, at = [], low
    for start, end in sorted(spans):
        if end > at and start < high:
            parts += [data[at : max(at, start)].decode("utf-8", "replace"), MASK]
            at = end
    parts.append(data[at:high].decode("utf-8", "replace") if at < high else "")
    return _LONG.sub(MASK, "".join(parts))
