"""The triggers of decoding, found by plain literals: for the prefilter that has no Hyperscan."""

from __future__ import annotations

from bisect import bisect_right
from typing import TYPE_CHECKING

from keyscan.engine.prefilter import encoding_triggers as triggers
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyscan.model.rule import Rule

# Base64 that is worth a look has one long word, or goes on from line to line.
_WORD = r"[A-Za-z0-9+/_-]"
_LONG = lazy_pattern(rf"(?m)(?:^|\\n)[ \t]*{_WORD}{{3,}}|{_WORD}{{12,}}|{_WORD}{{3,11}}(?=\r?\n|\\n)".encode())
_STANDARD = bytes.maketrans(b"-_", b"+/")
_CUTS = frozenset(bytes((byte,)) for byte in triggers.CUTS)


class EncodingLiterals:
    """Finds the triggers of `rules`; `first` is the number of the first one's entry.

    Hits are a superset of those of the triggers' expressions: whoever decodes looks closer.
    """

    def __init__(self, rules: Sequence[Rule], first: int) -> None:
        self.triggers = triggers.of(rules)
        self._base64: list[tuple[bytes, int]] = []
        # Literals, the numbers of their entries, and whether a quote must follow.
        self._others: list[tuple[bytes, int, bool]] = []
        self._wide: list[tuple[bytes, int, bool]] = []
        for number, one in enumerate(self.triggers, first):
            if one.kind == triggers.BASE64:
                self._base64.append((one.literal.encode(), number))
            elif one.kind == triggers.WIDE:
                self._wide.append((one.literal.encode(), number, False))
            elif one.literal:
                self._others.append(
                    (one.literal.encode(), number, one.kind == triggers.PIECES and one.width > len(one.literal))
                )
        escapes = (number for number, one in enumerate(self.triggers, first) if one.kind == triggers.ESCAPES)
        self._others.extend(
            (literal, number, False) for number in list(escapes)[:1] for literal in triggers.ESCAPE_LITERALS
        )
        self._rows = [number for number, one in enumerate(self.triggers, first) if one.kind == triggers.SQL]
        self._tables = [number for number, one in enumerate(self.triggers, first) if one.kind == triggers.TABLE][:1]

    def hits(self, data: bytes, lower: bytes) -> Iterator[tuple[int, int]]:
        """(entry number, end offset) of each literal; `lower` is `data` in lower case."""
        yield from self._headers(data, lower)
        yield from self._inserts(data, lower)
        for literal, number, quoted in self._others + self._wide if b"\0" in data else self._others:
            at = data.find(literal)
            while at >= 0:
                end = at + len(literal)
                # The quote that cuts a prefix short belongs to its trigger: nothing else tells it from a word.
                if not quoted or data[end : end + 1] in _CUTS:
                    yield number, end + quoted
                at = data.find(literal, at + 1)
        words = [word.span() for word in _LONG.finditer(data)]
        if words:
            yield from self._in_words(data, words)

    def _headers(self, data: bytes, lower: bytes) -> Iterator[tuple[int, int]]:
        """The hits of tables, and of lines that stand as strings."""
        for number in self._tables:
            at = data.find(b'\\n"')
            while at >= 0:
                match = triggers.LINE_END.search(data, max(0, at - triggers.WIDEST), at + 6)
                while match and match.end() <= at:
                    # That of a line before.
                    match = triggers.LINE_END.search(data, match.start() + 1, at + 6)
                if match:
                    yield number, match.end()
                at = data.find(b'\\n"', at + 1)
            for literal in triggers.TABLE_LITERALS:
                at = lower.find(literal)
                while at >= 0:
                    if triggers.TABLE_CELL.match(data, at):
                        yield number, at + len(literal)
                    at = lower.find(literal, at + 1)

    def _inserts(self, data: bytes, lower: bytes) -> Iterator[tuple[int, int]]:
        """The hits of rows that SQL inserts."""
        for number in self._rows:
            at = lower.find(triggers.SQL_LITERAL)
            while at >= 0:
                if match := triggers.SQL_ROWS.search(data, max(0, at - 5), at + 16):
                    yield number, match.end()
                at = lower.find(triggers.SQL_LITERAL, at + 1)

    def _in_words(self, data: bytes, words: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
        text = b" ".join([data[start:end] for start, end in words]).translate(_STANDARD)
        starts = [0]
        for start, end in words:
            starts.append(starts[-1] + end - start + 1)
        for literal, number in self._base64:
            at = text.find(literal)
            while at >= 0:
                word = bisect_right(starts, at) - 1
                yield number, words[word][0] + at - starts[word] + len(literal)
                at = text.find(literal, at + 1)
