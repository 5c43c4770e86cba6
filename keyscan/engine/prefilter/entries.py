"""The first pass: all rules at once over the bytes, to say where a rule might match.

A hit is (entry number, end offset); an entry says which rule, and how far before that end its match begins.
Every match contains a hit of its rule. Two engines give hits that differ but, confirmed, the same matches:

- `HyperscanPass`: one Hyperscan database. Each rule's expression is cut short, which keeps compiling fast and
  hits few, and stays a superset: any match begins with a match of the cut expression.
- `KeywordPass`: `bytes.find` of each keyword. No import, no compiling: it serves small inputs faster than
  Hyperscan can be imported (20 ms), and machines for which Hyperscan has no wheel.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from keyscan.engine.prefilter import encoding_triggers as triggers
from keyscan.engine.prefilter.encoding_literals import Signs
from keyscan.engine.prefilter.nearby_values import with_value
from keyscan.engine.prefilter.truncate import expressions, first_bytes
from keyscan.ruleset.loader import parse_tree
from keyscan.ruleset.patterns import JOIN_WIDTH, LEFT, joined_literals, value_first, word_literals, word_parts

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.model.rule import Rule

Hits = list[tuple[int, int]]

# Starts further before a hit than this are bounded by the rule alone.
_WIDEST = 192


@dataclass(frozen=True, slots=True)
class Entry:
    """One expression or keyword of the first pass, for the rule with this number.

    A match of the rule begins from `low` to `high` bytes before the hit's end; `high` -1 means that only the
    rule's `max_length` bounds it. A named rule's entry, and one that ends before the secret, also tells which value,
    a second expression by number, must end within `reach` bytes after the hit's end. `first` are the bytes with
    which a match can begin, as Latin-1 text; empty when that is not known.
    """

    text: str
    rule: int
    low: int
    high: int
    value: int = -1
    reach: int = 0
    first: str = ""


class FirstPass(Protocol):
    """Something that says where rules might match."""

    # Whether a mark depends on nothing but the bytes before its end that its entry can match.
    local: bool

    @property
    def entries(self) -> Sequence[Entry]:
        """The expressions or keywords; hits give their numbers."""
        ...

    def hits(self, data: bytes) -> Hits:
        """All (entry number, end offset) of possible matches in `data`."""
        ...

    def marks(self, data: bytes) -> Hits:
        """All hits, and what may become one when the text after it changes: none depends on bytes further off."""
        ...

    def sieve(self, data: bytes, found: Hits) -> Hits:
        """The hits among the marks of `data`."""
        ...


class KeywordPass:
    """The first pass without Hyperscan: where any keyword of a rule stands, compared without case."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        entries: list[Entry] = []
        owners: dict[tuple[bytes, ...], list[int]] = {}
        for number, rule in enumerate(rules):
            for word in rule.keywords:
                named = bool(rule.value) and word in rule.context
                owners.setdefault(_parts(word, named=named), []).append(len(entries))
                entries.append(_keyword_entry(rule, number, word, named=named))
        self._triggers = Signs(rules, len(entries))
        entries.extend(Entry(one.sign, len(rules), number, 0) for number, one in enumerate(self._triggers.found))
        self.entries: Sequence[Entry] = entries
        self._owners = owners

    def hits(self, data: bytes) -> Hits:
        """Hits at the end of each keyword."""
        lower = data.lower()
        found: Hits = []
        for (word, *rest), numbers in self._owners.items():
            at = lower.find(word)
            while at >= 0:
                end = _joined(lower, at + len(word), rest)
                if end >= 0:
                    found.extend((number, end) for number in numbers)
                at = lower.find(word, at + 1)
        found.extend(self._triggers.hits(data))
        return found

    local = False
    marks = hits

    def sieve(self, data: bytes, found: Hits) -> Hits:  # noqa: ARG002 - the protocol's
        """The same: a keyword is a hit wherever it stands."""
        return found


def _parts(word: str, *, named: bool) -> tuple[bytes, ...]:
    return tuple(part.encode() for part in (word_parts(word) if named else [word]))


def _keyword_entry(rule: Rule, number: int, word: str, *, named: bool) -> Entry:
    """The entry of a keyword: where the match must begin with it, so near that few starts have to be tried."""
    if named:
        _text, low, high = word_literals(word)
        return Entry(word, number, low, high)
    exact = rule.pattern.startswith((LEFT, "(?P<secret>")) and rule.prefix.lower().startswith(word)
    return Entry(word, number, len(word), len(word) if exact else -1)


def _joined(lower: bytes, end: int, rest: Sequence[bytes]) -> int:
    """Where the last of the parts `rest` ends that follow `end`, each near the one before; -1 without them."""
    for part in rest:
        at = lower.find(part, end, end + JOIN_WIDTH + len(part))
        if at < 0:
            return -1
        end = at + len(part)
    return end


class HyperscanPass:
    """The first pass with Hyperscan, from compiled databases or from the entries' expressions.

    A provider's name is everywhere in its own documentation, mostly with no key after it. So a second, small
    database looks for the values of named rules, and for what else must follow, only near names that were hit: a
    tenth of the time that trying the whole expressions there would take.
    """

    local = True

    def __init__(self, entries: Sequence[Entry], values: Sequence[str], dumped: Sequence[bytes] = ()) -> None:
        """Load `dumped`, or compile the expressions of `entries` and `values`.

        Raises ImportError where Hyperscan is not installed, and its own error for bytes that do not fit.
        """
        self.entries = entries
        texts = ([entry.text for entry in entries], values or ["\\x00never"])
        self._databases = [_load(part) for part in dumped] or [_compile(part) for part in texts]
        self._scan, self._scan_values = (database.scan for database in self._databases)
        self._targets = targets_of(entries)

    @classmethod
    def of(cls, rules: Sequence[Rule]) -> HyperscanPass:
        """The first pass for `rules`, compiled now."""
        return cls(*entries_of(rules))

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels to worker processes as what is stored of it."""
        return HyperscanPass, (self.entries, (), self.dump())

    def dump(self) -> list[bytes]:
        """The compiled databases, for `dumped` of a process on the same kind of CPU."""
        import hyperscan

        return [hyperscan.dumpb(database) for database in self._databases]

    def hits(self, data: bytes) -> Hits:
        """Hits at each end of each entry's expression; for named rules, those with a value in reach."""
        return self.sieve(data, self.marks(data))

    def marks(self, data: bytes) -> Hits:
        """Hits at each end of each entry's expression, names with no value in reach included."""
        found: Hits = []
        append = found.append

        def on_match(number: int, _start: int, end: int, _flags: int, _context: Any) -> None:
            append((number, end))

        if data:
            self._scan(data, match_event_handler=on_match)
        return found

    def sieve(self, data: bytes, found: Hits) -> Hits:
        """Those of the marks of `data` that are hits."""
        if any(number in self._targets for number, _ in found):
            found = with_value(found, self._targets, data, self._scan_values)
        return found


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


def targets_of(entries: Sequence[Entry]) -> dict[int, tuple[int, int]]:
    """For each entry of a named rule, by number: the number of its value, and how far behind it may end."""
    return {number: (entry.value, entry.reach) for number, entry in enumerate(entries) if entry.value >= 0}


def entries_of(rules: Sequence[Rule]) -> tuple[list[Entry], list[str]]:
    """The Hyperscan entries of `rules` (names for rules that need one, else one cut expression), and their values."""
    entries: list[Entry] = []
    values: dict[str, int] = {}
    for number, rule in enumerate(rules):
        reach = rule.max_length + 1
        if rule.value and rule.context:
            value = values.setdefault(value_first(rule.value), len(values))
            entries.extend(
                Entry(text, number, low, high, value, reach) for text, low, high in joined_literals(rule.context)
            )
            continue
        text, rest = expressions(rule)
        low, high = parse_tree(text).getwidth()
        if not low or (rule.value and not rule.prefix):
            # No literal to start from (`{52}JQQJ99...`): cut short it would hit all over; its marker is rarer.
            entries.extend(Entry(f"(?i:{re.escape(word)})", number, len(word), -1) for word in rule.keywords)
            continue
        value = values.setdefault(rest, len(values)) if rest else -1
        first = first_bytes(text)
        entries.append(Entry(text, number, low, high if high <= _WIDEST else -1, value, reach if rest else 0, first))
    entries.extend(Entry(one.text, len(rules), number, 0) for number, one in enumerate(triggers.of(rules)))
    return entries, list(values)


def width_of(entry: Entry) -> int:
    """The bytes of the widest text that an entry hits."""
    if entry.high >= 0:
        return entry.high
    try:
        return int(parse_tree(entry.text).getwidth()[1])
    except ValueError:  # a plain keyword
        return len(entry.text)
