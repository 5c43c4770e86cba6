"""A text with one layer of encoding taken off, and the way back from it to the bytes that hold it."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

from keyscan.model.match import Span

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from keyscan.model.match import Match

# Bytes around an escape or a joint that are looked at: the rest of its line, but no more.
AROUND = 400
# What the view of tables is called.
COLUMN = "a column of a table"
_TABLES, _SUFFIX = (".csv", ".tsv"), 4


class View(NamedTuple):
    """A decoded text; `place` maps a span of it back, `touched` tells whether decoding changed anything there."""

    name: str
    text: bytes
    place: Callable[[int, int], tuple[int, int]]
    touched: Callable[[int, int], bool]
    # Only values that are certain by themselves count.
    certain: bool = False
    # Nothing was decoded, only joined: a match is reported at its own place.
    plain: bool = False

    def shows(self, match: Match) -> bool:
        """Whether a match in the decoded text is owed to the decoding; what is not stands in the raw text too."""
        if self.certain:
            rule = match.rule
            return self.touched(match.secret_start, match.secret_end) and not rule.context and rule.filters != "generic"
        # Below a header the match itself does not reach to what the view put side by side.
        return self.touched(match.start, match.end) or (self.plain and match.evidence[-1:] == (f"in {COLUMN}",))

    def path(self, path: str) -> str:
        """The path by which matches in the view are judged: cells under their headers are settings, no rows of data."""
        return path[:-_SUFFIX] if self.plain and path.lower().endswith(_TABLES) else path

    def placed(self, match: Match) -> Match:
        """The match at its place in the text that was decoded."""
        start, end = self.place(match.start, match.end)
        secret_start, secret_end = self.place(match.secret_start, match.secret_end)
        return replace(
            match,
            start=start,
            end=end,
            secret_start=secret_start,
            secret_end=secret_end,
            companion=Span(*self.place(match.companion.start, match.companion.end)) if match.companion else None,
            decoded=", ".join(filter(None, ("" if self.plain else self.name, match.decoded))),
            evidence=(*match.evidence, f"{'in' if self.plain else 'read through'} {self.name}"),
        )


def everywhere(_start: int, _end: int) -> bool:
    """Decoding changed all of the text."""
    return True


class Unread(NamedTuple):
    """A bound that was hit: what of a text was not decoded."""

    reason: str


_COPY = -1


class Pieces:
    """A text made of pieces of another; each piece is a copy, or stands for something longer."""

    def __init__(self) -> None:
        self.text = bytearray()
        self.starts: list[int] = []
        self.places: list[int] = []
        # The width in the original of what a piece stands for; _COPY for a copy.
        self.widths: list[int] = []

    def copy(self, data: bytes, start: int, end: int) -> None:
        """Add data[start:end] as it is."""
        if start < end:
            self._add(data[start:end], start, _COPY)

    def instead(self, text: bytes, start: int, end: int) -> None:
        """Add `text` in place of what stands at [start, end), which may be nothing."""
        self._add(text, start, end - start)

    def _add(self, text: bytes, place: int, width: int) -> None:
        self.starts.append(len(self.text))
        self.places.append(place)
        self.widths.append(width)
        self.text += text

    def back(self, start: int, end: int) -> tuple[int, int]:
        """Where the span of the made text stands in the original."""
        first = bisect_right(self.starts, start) - 1
        low = self.places[first] + (start - self.starts[first] if self.widths[first] == _COPY else 0)
        last = bisect_right(self.starts, max(start, end - 1)) - 1
        if self.widths[last] != _COPY:
            return low, self.places[last] + self.widths[last]
        return low, self.places[last] + end - self.starts[last]

    def touched(self, start: int, end: int) -> bool:
        """Whether the span holds anything but one copy."""
        first = bisect_right(self.starts, start) - 1
        last = bisect_right(self.starts, max(start, end - 1)) - 1
        return first != last or self.widths[first] != _COPY


def windows(data: bytes, spans: Iterable[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """The lines of `spans` as far as AROUND reaches, those that touch joined."""
    last: tuple[int, int] | None = None
    for start, end in spans:
        low = max(data.rfind(b"\n", 0, start) + 1, start - AROUND)
        stop = data.find(b"\n", end, end + AROUND)
        high = stop if stop >= 0 else min(len(data), end + AROUND)
        if last and low <= last[1] + 1:
            last = (last[0], max(last[1], high))
            continue
        if last:
            yield last
        last = (low, high)
    if last:
        yield last
