"""The prefilter: all rules at once over the bytes, to say where a rule might match.

A hit is (entry number, end offset); an entry says which rule, and how far before that end its match begins.
Every match contains a hit of its rule. Two prefilters give hits that differ but, confirmed, the same matches:
`hyperscan` and `keywords`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple, Protocol

from keyscan.engine.prefilter import encoding_triggers
from keyscan.ruleset.patterns import joined_literals, value_first
from keyscan.ruleset.regex_syntax import parse_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.engine.prefilter.encoding_triggers import Trigger
    from keyscan.model.rule import Rule

Hits = list[tuple[int, int]]

# Starts further apart than this are searched, nearer ones are tried one by one.
FEW_STARTS = 24
# Starts further before a hit than this are bounded by the rule alone.
_WIDEST = 192


class Entry(NamedTuple):
    """One expression or keyword of the prefilter, for the rule with this number.

    A match of the rule begins from `low` to `high` bytes before the hit's end; `high` -1 means that only the
    rule's `max_length` bounds it. A named rule's entry, and one that ends before the secret, also tells which value,
    a second expression by number, must end within `reach` bytes after the hit's end. `first` are the bytes with
    which a match can begin, as Latin-1 text, and `starts`, where it may begin at many places, is an expression that
    matches where it does; empty when that is not known. `text_only`: the rule says nothing of binary files.
    """

    text: str
    rule: int
    low: int
    high: int
    value: int = -1
    reach: int = 0
    first: str = ""
    starts: str = ""
    text_only: bool = False


class Prefilter(Protocol):
    """Something that says where rules might match."""

    # Whether a raw hit depends on nothing but the bytes before its end that its entry can match.
    local: bool

    @property
    def entries(self) -> Sequence[Entry]:
        """The expressions or keywords; hits give their numbers."""
        ...

    @property
    def triggers(self) -> Sequence[Trigger]:
        """The triggers of decoding; `low` of an entry that belongs to no rule is the number of its trigger."""
        ...

    def hits(self, data: bytes) -> Hits:
        """All (entry number, end offset) of possible matches in `data`."""
        ...

    def binary_hits(self, data: bytes) -> Hits:
        """As `hits`, for bytes that are no text: hits of entries that count in text only may be missing."""
        ...

    def raw_hits(self, data: bytes) -> Hits:
        """All hits, and what may become one when the text after it changes: none depends on bytes further off."""
        ...

    def drop_without_value(self, data: bytes, hits: Hits) -> Hits:
        """The hits among the raw hits of `data`."""
        ...


def targets_of(entries: Sequence[Entry]) -> dict[int, tuple[int, int]]:
    """For each entry of a named rule, by number: the number of its value, and how far behind it may end."""
    return {number: (entry.value, entry.reach) for number, entry in enumerate(entries) if entry.value >= 0}


def entries_of(rules: Sequence[Rule]) -> tuple[list[Entry], list[str], list[Trigger]]:
    """The Hyperscan entries of `rules` (names for rules that need one, else one cut expression), and their values.

    Third the triggers of decoding, whose entries are the last ones.
    """
    # Compiling is rare, and what it takes is not imported by a scan.
    from keyscan.engine.prefilter.superset import from_literal, without_middle
    from keyscan.engine.prefilter.truncate import expressions, without_words

    entries: list[Entry] = []
    values: dict[str, int] = {}
    for number, rule in enumerate(rules):
        reach = rule.max_length + 1
        if rule.value and rule.context:
            value = values.setdefault(value_first(rule.value), len(values))
            entries.extend(
                Entry(text, number, low, high, value, reach, text_only=True)
                for text, low, high in joined_literals(rule.context)
            )
            continue
        text, rest = expressions(rule)
        low, high = parse_tree(text).getwidth()
        if not low or (rule.value and not rule.prefix):
            # No literal to start from (`{52}JQQJ99...`): cut short it would hit all over; its marker is rarer.
            if marker := from_literal(rule):
                entries.append(_entry(rule, number, marker, text))
                continue
            entries.extend(
                Entry(f"(?i:{re.escape(word)})", number, len(word), -1, text_only=rule.text_only)
                for word in rule.keywords
            )
            continue
        value = values.setdefault(rest, len(values)) if rest else -1
        # Where a match may begin is as before: what is left out stands in front of what is looked for.
        short = (not rest and without_middle(rule)) or without_words(text, rule.keywords)
        entry = _entry(rule, number, (short, low, high), text)
        entries.append(entry._replace(value=value, reach=reach if rest else 0))
    triggers = encoding_triggers.of(rules)
    entries.extend(Entry(one.text, len(rules), number, 0) for number, one in enumerate(triggers))
    return entries, list(values), triggers


def _entry(rule: Rule, number: int, expression: tuple[str, int, int], whole: str) -> Entry:
    """The entry of a rule whose cut expression is `whole`, by an expression and the bytes from a match to its end."""
    from keyscan.engine.prefilter.match_starts import first_bytes, start_expression

    first = first_bytes(whole)
    text, low, high = expression
    high = high if high <= _WIDEST else -1
    starts = start_expression(rule.pattern) if first and not 0 <= high - low <= FEW_STARTS else ""
    return Entry(text, number, low, high, first=first, starts=starts, text_only=rule.text_only)


def width_of(entry: Entry) -> int:
    """The bytes of the widest text that an entry hits."""
    if entry.high >= 0:
        return entry.high
    try:
        return int(parse_tree(entry.text).getwidth()[1])
    except ValueError:  # a plain keyword
        return len(entry.text)
