"""The prefilter with Hyperscan: one database for all rules.

Each rule's expression is cut short, which keeps compiling fast and hits few, and stays a superset: any match begins
with a match of the cut expression.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyscan.engine.prefilter.entries import entries_of, targets_of
from keyscan.engine.prefilter.nearby_values import with_value

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.engine.prefilter.encoding_triggers import Trigger
    from keyscan.engine.prefilter.entries import Entry, Hits
    from keyscan.model.rule import Rule


class HyperscanPrefilter:
    """Finds the entries of rules with Hyperscan, from compiled databases or from the entries' expressions.

    A provider's name is everywhere in its own documentation, mostly with no key after it. So a second, small
    database looks for the values of named rules, and for what else must follow, only near names that were hit: a
    tenth of the time that trying the whole expressions there would take.
    """

    local = True

    def __init__(
        self, entries: Sequence[Entry], values: Sequence[str], triggers: Sequence[Trigger], dumped: Sequence[bytes] = ()
    ) -> None:
        """Load `dumped`, or compile the expressions of `entries` and `values`.

        Raises ImportError where Hyperscan is not installed, and its own error for bytes that do not fit.
        """
        self.entries, self.triggers = entries, triggers
        texts = ([entry.text for entry in entries], values or ["\\x00never"])
        self._databases = [_load(part) for part in dumped] or [_compile(part) for part in texts]
        self._scan, self._scan_values = (database.scan for database in self._databases)
        self._targets = targets_of(entries)

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> HyperscanPrefilter:
        """The prefilter for `rules`, compiled now."""
        return cls(*entries_of(rules))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels to worker processes as what is stored of it."""
        return HyperscanPrefilter, (self.entries, (), self.triggers, self.dump())

    def dump(self) -> list[bytes]:
        """The compiled databases, for `dumped` of a process on the same kind of CPU."""
        import hyperscan

        return [hyperscan.dumpb(database) for database in self._databases]

    def hits(self, data: bytes) -> Hits:
        """Hits at each end of each entry's expression; for named rules, those with a value in reach."""
        return self.drop_without_value(data, self.raw_hits(data))

    def raw_hits(self, data: bytes) -> Hits:
        """Hits at each end of each entry's expression, names with no value in reach included."""
        hits: Hits = []
        append = hits.append

        def on_match(number: int, _start: int, end: int, _flags: int, _context: Any) -> None:
            append((number, end))

        if data:
            self._scan(data, match_event_handler=on_match)
        return hits

    def drop_without_value(self, data: bytes, hits: Hits) -> Hits:
        """Those of the raw hits of `data` that are hits."""
        if any(number in self._targets for number, _ in hits):
            hits = with_value(hits, self._targets, data, self._scan_values)
        return hits


def _load(dumped: bytes) -> Any:
    import hyperscan

    database = hyperscan.loadb(dumped, mode=hyperscan.HS_MODE_BLOCK)
    database.scratch = hyperscan.Scratch(database)
    return database


def _compile(texts: Sequence[str]) -> Any:
    import hyperscan

    database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
    database.compile(
        expressions=[text.encode() for text in texts],
        ids=list(range(len(texts))),
        elements=len(texts),
        flags=[hyperscan.HS_FLAG_PREFILTER] * len(texts),
    )
    return database
