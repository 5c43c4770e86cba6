"""The triggers of decoding, found by plain literals: for the first pass that has no Hyperscan."""

from __future__ import annotations

import re
from bisect import bisect_right
from typing import TYPE_CHECKING

from keyscan.engine.prefilter import encoding_triggers as triggers

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyscan.model.rule import Rule

# Base64 that is worth a look has one long word.
_LONG = re.compile(rb"[A-Za-z0-9+/_-]{12,}")
_STANDARD = bytes.maketrans(b"-_", b"+/")
_QUOTES = frozenset({b'"', b"'", b"`", b"\\"})


class EncodingLiterals:
    """Finds the triggers of `rules`; `first` is the number of the first one's entry.

    Hits are a superset of those of the triggers' expressions: whoever decodes looks closer.
    """

    def __init__(self, rules: Sequence[Rule], first: int) -> None:
        self.found = triggers.of(rules)
        self._base64: list[tuple[bytes, int]] = []
        self._others: list[tuple[bytes, int]] = []
        for number, one in enumerate(self.found, first):
            if one.sign:
                kept = self._base64 if one.kind == triggers.BASE64 else self._others
                kept.append((one.sign.encode(), number))
        escapes = (number for number, one in enumerate(self.found, first) if one.kind == triggers.ESCAPES)
        self._others.extend((sign, number) for number in list(escapes)[:1] for sign in triggers.ESCAPE_SIGNS)

    def hits(self, data: bytes) -> Iterator[tuple[int, int]]:
        """(entry number, end offset) of each literal."""
        for sign, number in self._others:
            at = data.find(sign)
            while at >= 0:
                end = at + len(sign)
                # The quote that cuts a prefix short belongs to its trigger.
                yield number, end + (data[end : end + 1] in _QUOTES)
                at = data.find(sign, at + 1)
        words = [word.span() for word in _LONG.finditer(data)]
        if words:
            yield from self._in_words(data, words)

    def _in_words(self, data: bytes, words: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        text = b" ".join([data[start:end] for start, end in words]).translate(_STANDARD)
        starts = [0]
        for start, end in words:
            starts.append(starts[-1] + end - start + 1)
        for sign, number in self._base64:
            at = text.find(sign)
            while at >= 0:
                word = bisect_right(starts, at) - 1
                yield number, words[word][0] + at - starts[word] + len(sign)
                at = text.find(sign, at + 1)
