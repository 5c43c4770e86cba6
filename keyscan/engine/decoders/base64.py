"""Secrets hidden in encodings: views of a text with one layer taken off, and the way back to each byte's place.

A view is scanned like any text, views of its own included, up to a depth. Which parts of a text are worth a view is
decided by `triggers`.
"""

from __future__ import annotations

import binascii
import re
import zlib
from bisect import bisect_right
from typing import TYPE_CHECKING, NamedTuple

from keyscan.engine.decoders.escapes import joined, without_escapes
from keyscan.engine.decoders.mail import encoded_words, uuencoded
from keyscan.engine.decoders.sql_rows import inserted_rows
from keyscan.engine.decoders.string_lines import string_lines
from keyscan.engine.decoders.table import tables
from keyscan.engine.decoders.view import Pieces, Unread, View, everywhere
from keyscan.engine.decoders.wide import wide_runs
from keyscan.engine.prefilter import encoding_triggers as triggers
from keyscan.engine.prefilter.encoding_triggers import BASE64, GZIP, GZIPPED, KUBERNETES, TABLE, Trigger
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

# Bytes of a base64 run, and of all views of one text together.
RUN = 64 * 1024
TOTAL = 4 * 1024 * 1024
# Bytes of a run of base64 that is compressed.
GZIP_RUN = 1024 * 1024
# Places of one text that are looked at, and of those the ones that hold base64: each is decoded by itself.
MOST = 200_000
MOST_BASE64 = 20_000
MOST_HEADERS = 500_000
# A decoded run shorter than this holds no secret.
_SHORT = 8

_ALPHABET = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_"
_STANDARD = bytes.maketrans(b"-_", b"+/")
_ASCII = bytes(range(0x20, 0x7F)) + b"\t\r\n"
_TEXT = _ASCII + bytes(range(0x80, 0x100))
_FORWARD = lazy_pattern(rb"[A-Za-z0-9+/_-]++(?>(?:(?:\r?\n[ \t]*+|\\n)[A-Za-z0-9+/_-]++(?![:\w]))*)")
_LINES = lazy_pattern(rb"\\n|[A-Za-z0-9+/_-]+")
_BREAK = lazy_pattern(rb"(?:\r?\n[ \t]{0,40}|\\n)\Z")
# A line shorter than this is not one of a run that was wrapped.
_WRAPPED = 40

# The query of a web address, and how far in front of a value it is looked for.
_IN_LINK = lazy_pattern(rb"https?://[^\s\"'`<>()]{1,400}[?&][\w.-]{1,40}=\Z")
_LINK = 500


def views(data: bytes, hits: Iterable[tuple[Trigger, int]]) -> Iterator[View | Unread]:
    """The views of `data` that its trigger hits, (trigger, end offset), call for; bounded in number and size.

    Where a bound is hit, what was left out comes in their place.
    """
    ordered = sorted(set(hits), key=lambda hit: hit[1])
    runs = [hit for hit in ordered if hit[0].kind == BASE64]
    headers = [hit for hit in ordered if hit[0].kind == TABLE]
    others = [hit for hit in ordered if hit[0].kind not in {BASE64, TABLE}]
    if len(runs) > MOST_BASE64:
        yield Unread(f"{len(runs):,} places look like base64; only the first {MOST_BASE64:,} were decoded")
    if len(others) > MOST:
        yield Unread(f"{len(others):,} places look encoded; only the first {MOST:,} were decoded")
    if len(headers) > MOST_HEADERS:
        yield Unread(
            f"{len(headers):,} lines look like headers of tables; only the first {MOST_HEADERS:,} were read so"
        )
    runs, others, headers = runs[:MOST_BASE64], others[:MOST], headers[:MOST_HEADERS]
    remaining = TOTAL
    for decoded in (
        _base64(data, runs),
        _gzipped(data, others),
        without_escapes(data, others),
        joined(data, others),
        _kubernetes(data, others),
        wide_runs(data, others),
        tables(data, headers),
        string_lines(data, headers),
        inserted_rows(data, others),
        encoded_words(data, others),
        uuencoded(data, others),
    ):
        for view in decoded:
            if isinstance(view, Unread):
                yield view
                continue
            remaining -= len(view.text)
            if remaining < 0:
                yield Unread(f"more than {TOTAL >> 20} MB of decoded text; the rest was not decoded")
                return
            yield view


def _base64(data: bytes, hits: Iterable[tuple[Trigger, int]]) -> Iterator[View]:
    done = -1
    for trigger, end in hits:
        if trigger.kind != BASE64 or end <= done:
            continue
        place = _place_of(data, trigger, end)
        if place < 0:
            continue
        run = _run(data, place)
        view = _decoded(run, place, trigger)
        if view:
            start, done = view.place(0, len(view.text))
            # What a link carries is for the server that it leads to, as far as only names tell of a secret.
            linked = _IN_LINK.search(data, max(0, start - _LINK), start)
            yield view._replace(certain=True) if linked else view


def _place_of(data: bytes, trigger: Trigger, end: int) -> int:
    """Where the base64 literal of a hit begins, by the case-sensitive text; -1 where it is not."""
    literal = trigger.literal.encode()
    low = max(0, end - len(literal) - 1)
    part = data[low:end].translate(_STANDARD)
    at = part.rfind(literal)
    return low + at if at >= 0 else -1


class _Run(NamedTuple):
    """Base64 characters without their line breaks, and where in the text each line of them begins."""

    text: bytes
    starts: list[int]
    places: list[int]

    def index_of(self, place: int) -> int:
        """The character's number that stands at `place` in the text."""
        line = bisect_right(self.places, place) - 1
        return self.starts[line] + place - self.places[line]

    def place(self, index: int) -> int:
        """Where in the text character `index` stands."""
        line = bisect_right(self.starts, index) - 1
        return self.places[line] + index - self.starts[line]


def _run(data: bytes, place: int, reach: int = RUN) -> _Run:
    """The base64 round `place`, wrapped lines joined, as far as `reach` behind it."""
    low = max(0, place - RUN)
    start = low + len(data[low:place].rstrip(_ALPHABET))
    while start > low:
        broken = _BREAK.search(data, max(low, start - 44), start)
        if not broken:
            break
        line = data[max(low, broken.start() - 2000) : broken.start()]
        width = len(line) - len(line.rstrip(_ALPHABET))
        if width < _WRAPPED:
            break
        start = broken.start() - width
    forward = _FORWARD.match(data, place, place + reach)
    end = forward.end() if forward else place
    text, starts, places = bytearray(), [], []
    for piece in _LINES.finditer(data, start, end):
        if piece[0] != b"\\n":
            starts.append(len(text))
            places.append(piece.start())
            text += piece[0]
    return _Run(bytes(text), starts, places)


def _decoded(run: _Run, place: int, trigger: Trigger) -> View | None:
    """What the run means around its trigger, as far as it is text."""
    index = run.index_of(place)
    first = (index - trigger.phase) % 4
    body = run.text[first:].translate(_STANDARD)
    body = body[: len(body) - (len(body) % 4 == 1)]
    raw = binascii.a2b_base64(body + b"=" * (-len(body) % 4))
    at = (index - first - trigger.phase) // 4 * 3 + (0, 0, 1, 2)[trigger.phase]
    word = trigger.plain
    if raw[at : at + len(word)] != word:
        return None
    wide = b"\0" in word
    low, high = _stretch(raw, at, at + len(word), wide=wide)
    text, unit = raw[low:high], 1
    if wide:
        low += (at - low) % 2
        text, unit = raw[low:high:2], 2
    if len(text) < _SHORT:
        return None

    def back(start: int, end: int) -> tuple[int, int]:
        begin = first + (low + start * unit) * 4 // 3
        stop = first + -(-(low + end * unit) * 4 // 3) - 1
        return run.place(begin), run.place(min(stop, len(run.text) - 1)) + 1

    return View("base64", text, back, everywhere)


def _stretch(raw: bytes, start: int, end: int, *, wide: bool) -> tuple[int, int]:
    """The part of `raw` round [start, end) that is text."""
    if not wide and not raw.strip(_TEXT):
        try:
            raw.decode()
        except UnicodeDecodeError:
            pass
        else:
            return 0, len(raw)
    kept = _ASCII + b"\0" if wide else _ASCII
    low = len(raw[:start].rstrip(kept))
    return low, len(raw) - len(raw[end:].lstrip(kept))


def _gzipped(data: bytes, hits: Iterable[tuple[Trigger, int]]) -> Iterator[View | Unread]:
    """What streams of gzip in base64 unpack to, as charts of Helm and user data of machines hold them."""
    done, left = -1, TOTAL
    for trigger, end in hits:
        place = data.find(GZIPPED.encode(), max(0, end - trigger.width), end) if trigger.kind == GZIP else -1
        if place < done or place < 0:
            continue
        run = _run(data, place, GZIP_RUN)
        body = run.text[run.index_of(place) :].translate(_STANDARD)
        stream = zlib.decompressobj(zlib.MAX_WBITS | 16)
        try:
            text = stream.decompress(binascii.a2b_base64(body[: len(body) // 4 * 4] + _last_group(body)), left + 1)
        except zlib.error:
            continue
        if len(text) > left or (text and not stream.eof):
            bound = f"more than {TOTAL >> 20} MB" if len(text) > left else f"cut, or more than {GZIP_RUN >> 20} MB"
            yield Unread(f"compressed text in base64, {bound}: the rest was not read")
        text = text[:left]
        left -= len(text)
        done = run.place(len(run.text) - 1) + 1
        if len(text) >= _SHORT:
            yield View("base64 of gzip", text, _Whole(place, done), everywhere)


def _last_group(body: bytes) -> bytes:
    """The last characters of base64 that are no group of four, padded."""
    rest = body[len(body) // 4 * 4 :]
    return rest + b"=" * (-len(rest) % 4) if len(rest) > 1 else b""


class _Whole:
    """The way back from compressed text: to all of it."""

    def __init__(self, start: int, end: int) -> None:
        self._span = start, end

    def __call__(self, _start: int, _end: int) -> tuple[int, int]:
        return self._span


_VALUE = lazy_pattern(
    rb"""(?m)^[ \t]+["']?(?P<name>[\w.-]{1,200})["']?:[ \t]*"""
    rb"""["']?(?P<value>[A-Za-z0-9+/]{4,65536}={0,2})["']?[ \t]*,?\r?$"""
)


def _kubernetes(data: bytes, hits: Sequence[tuple[Trigger, int]]) -> Iterator[View]:
    """The values of Kubernetes Secrets by their names."""
    if not any(trigger.kind == KUBERNETES for trigger, _ in hits):
        return
    pieces = Pieces()
    at = 0
    for document in re.split(rb"(?m)^(?=---)", data):
        if triggers.SECRET_KIND.search(document):
            for match in _VALUE.finditer(document):
                text = _plain(match["value"])
                if text is not None:
                    pieces.copy(data, at + match.start("name"), at + match.end("name"))
                    pieces.instead(b": ", at + match.end("name"), at + match.end("name"))
                    pieces.instead(text, at + match.start("value"), at + match.end("value"))
                    pieces.instead(b"\n", at + match.end(), at + match.end())
        at += len(document)
    if pieces.text:
        yield View("base64", bytes(pieces.text), pieces.back, pieces.touched)


def _plain(value: bytes) -> bytes | None:
    """The text that a Secret's value stands for; None for what is no base64 of one line of text."""
    try:
        raw = binascii.a2b_base64(value, strict_mode=True)
    except binascii.Error:
        return None
    return raw if raw and not raw.strip(_ASCII) and b"\n" not in raw.strip() else None
