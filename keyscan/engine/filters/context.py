"""The text around a match that filters judge by, and whether a text is binary."""

from __future__ import annotations

import calendar
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from keyscan.engine.confirm import Candidate

# Bytes of its line on either side that filters see of a match.
CONTEXT = 200
# Bytes on either side of a secret in which the same name with other values, and public settings, are looked for.
NEIGHBOURHOOD = 600
# The longest name of which a rule's expression matches only the telling end.
_NAME = 64
# How much of a file tells whether it is binary, as git has it. A NUL in a thousand bytes of text makes none.
_BINARY_PROBE = 8000
_NUL_IN = 1000
_BINARY_HEADER = 256
_TEXT = bytes(range(0x20, 0x100)) + b"\t\n\r\f\x1b\0"


@dataclass(frozen=True, slots=True)
class Context:
    """The text before a secret on its line and after it, each at most CONTEXT bytes, and the path where known.

    `lead` is what the rule matched in front of the secret, `preceding` the bytes before that (at most 64, on any line),
    `near` the bytes around the secret, at most NEIGHBOURHOOD on either side.
    """

    before: bytes
    after: bytes
    path: str = ""
    lead: bytes = b""
    preceding: bytes = b""
    near: bytes = b""


NO_CONTEXT = Context(b"", b"")


# An address ends where a string, an element or a line of prose goes on.
_OUTSIDE = rb"\s\"'`<>()"
_BEGINNING = lazy_pattern(rb"[^" + _OUTSIDE + rb"]*\Z")
_REST = lazy_pattern(rb"[^" + _OUTSIDE + rb"]*")
# Until when an address is signed: a day (Azure), seconds since 1970 (AWS, Google and Alibaba's older kind, Qiniu), or a
# time and a number of seconds from then on (AWS, Google, Volcengine and Alibaba today), or two times (Tencent).
_DAY = lazy_pattern(rb"[?&;]s?k?e=(\d{4}-\d\d-\d\d)")
_SECONDS = lazy_pattern(rb"[?&;](?:Expires|e)=(\d{10})(?!\d)")
_UNTIL = lazy_pattern(rb"[?&;]q-sign-time=\d{10}(?:;|%3[Bb])(\d{10})(?!\d)")
_FROM = lazy_pattern(rb"[?&;](?:X-Amz|X-Goog|X-Tos|x-oss)-[Dd]ate=(\d{8}T\d{6})Z")
_FOR = lazy_pattern(rb"[?&;](?:X-Amz|X-Goog|X-Tos|x-oss)-[Ee]xpires=(\d{1,7})(?!\d)")


def has_expired(context: Context) -> bool:
    """Tell whether the secret stands in a signed address that says its time is over, as far as the context goes."""
    begin, rest = _BEGINNING.search(context.before), _REST.match(context.after)
    address = b"\0".join(part.group() for part in (begin, rest) if part).replace(b"&amp;", b"&")
    now = time.time()
    days = _DAY.findall(address)
    if days:
        return bool(max(days) < time.strftime("%Y-%m-%d", time.gmtime(now)).encode())
    if seconds := _SECONDS.search(address) or _UNTIL.search(address):
        return int(seconds[1]) < now
    since, lasts = _FROM.search(address), _FOR.search(address)
    if since is None or lasts is None:
        return False
    try:
        signed = calendar.timegm(time.strptime(since[1].decode(), "%Y%m%dT%H%M%S"))
    except ValueError:
        return False
    return signed + int(lasts[1]) < now


def is_binary(data: bytes) -> bool:
    """Tell whether `data` is no text: its first 8,000 bytes hold NULs, and more than a stray one in text."""
    if data.find(b"\0", 0, _BINARY_PROBE) < 0:
        return False
    # Most programs have more NULs in their header than a text may have in all.
    if data[:_BINARY_HEADER].count(0) > 1 + _BINARY_PROBE // _NUL_IN:
        return True
    head = data[:_BINARY_PROBE]
    nuls = head.count(0)
    return nuls > 1 + len(head) // _NUL_IN or (nuls > 0 and bool(head.translate(None, _TEXT)))


def context_of(data: bytes, candidate: Candidate, path: str = "", near: int = NEIGHBOURHOOD) -> Context:
    """Cut out the rest of the line before the candidate's secret and after it, bounded; `near` bytes around it."""
    start, end = candidate.secret_start, candidate.secret_end
    line = max(data.rfind(b"\n", 0, start) + 1, start - CONTEXT)
    stop = data.find(b"\n", end, end + CONTEXT)
    return Context(
        data[line:start],
        data[end : stop if stop >= 0 else end + CONTEXT],
        path,
        data[candidate.start : start],
        data[max(0, candidate.start - _NAME) : candidate.start],
        data[max(0, start - near) : end + near],
    )
