"""The line around a finding with every secret on it masked, for reports that people read."""

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
# What continues a token to the left and to the right: a rule may cover only a part of one.
_HEAD = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_+/~-"
_TAIL = _HEAD + b".="
# Long runs that no rule has matched may be secrets all the same.
_LONG = re.compile(r"[A-Za-z0-9_+/=~-]{20,}")

Span = tuple[int, int]


def snippet(match: Match, matches: Sequence[Match], data: bytes, redacted: str) -> Snippet:
    """The first line of a match as far as it is shown; `matches` are all of `data`, in order of `secret_start`.

    `redacted` is what the report shows of the secret: its public prefix stays readable.
    """
    start, end = match.secret_start, match.secret_end
    low, high = _window(data, start, end)
    if match.rule.category == "practice":  # about code: what it covers is no secret
        shown = data[start:end].decode("utf-8", "replace")
    else:
        start, end = _whole_token(data, (start, end), (low, high))
        shown = redacted.partition("...")[0] + MASK
    spans = [_whole_token(data, span, (low, high)) for span in _others(match, matches, data, (low, high))]
    before = _masked(data, low, start, spans)
    after = "" if b"\n" in data[start:end] else _masked(data, end, high, spans)
    return Snippet(before, shown.partition("\n")[0][: _BEFORE + _AFTER], after)


def _window(data: bytes, start: int, end: int) -> Span:
    """What is shown round data[start:end]: at most its line, without a token that would be cut off at either side.

    A part of a token would look like a short one, and be shown.
    """
    line = data.rfind(b"\n", 0, start) + 1
    low = max(line, start - _BEFORE)
    stop = data.find(b"\n", end, end + _AFTER + 1)
    high = stop if stop >= 0 else min(len(data), end + _AFTER)
    if low > line and data[low - 1] in _TAIL:
        low = start - len(data[low:start].lstrip(_TAIL))
    if high < len(data) and stop < 0 and data[high] in _TAIL:
        high = end + len(data[end:high].rstrip(_TAIL))
    return low, high


def _whole_token(data: bytes, span: Span, window: Span) -> Span:
    """The span with what continues it on either side, within the window."""
    (start, end), (low, high) = span, window
    if start > low:
        start = low + len(data[low:start].rstrip(_HEAD))
    if end < high:
        end = high - len(data[end:high].lstrip(_TAIL))
    return start, end


def _others(match: Match, matches: Sequence[Match], data: bytes, window: Span) -> Iterable[Span]:
    """The spans near a match that hold another secret, the second half of one, or the same one once more."""
    secret, at = data[match.secret_start : match.secret_end], window[0]
    while match.rule.category != "practice" and (at := data.find(secret, at, window[1])) >= 0:
        if at != match.secret_start:
            yield at, at + len(secret)
        at += len(secret)
    at = bisect_left(matches, match.secret_start, key=lambda one: one.secret_start)
    for other in matches[max(0, at - _NEAR) : at + _NEAR]:
        if other is not match and other.rule.category != "practice":
            yield other.secret_start, other.secret_end
        if other.companion:
            yield other.companion.start, other.companion.end


def _masked(data: bytes, low: int, high: int, spans: Iterable[Span]) -> str:
    """data[low:high] as text, without the secrets at `spans` and without any other long token."""
    parts, at = [], low
    for start, end in sorted(spans):
        if end > at and start < high:
            parts += [data[at : max(at, start)].decode("utf-8", "replace"), MASK]
            at = end
    parts.append(data[at:high].decode("utf-8", "replace") if at < high else "")
    return _LONG.sub(MASK, "".join(parts))
