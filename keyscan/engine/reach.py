"""How far round a place the bytes matter: what lets a changed text be scanned only near its changes.

All that decides on a match lies within `of(rule)` bytes, the match included. Two texts that agree on those bytes
get the same verdict, but for what concerns a text as a whole (whether it is binary), which `Matcher.scan` is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.engine.matcher import CONTEXT, LOOK
from keyscan.ruleset import parse_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.engine.firstpass import Entry
    from keyscan.model import Rule

# The widest text of a trigger, with room to spare.
TRIGGER = 128


def of(rule: Rule) -> int:
    """The bytes from the first to the last that decide on one match of `rule`: the match, filters, its companion."""
    return rule.max_length + 2 * (max(CONTEXT, rule.companion.distance if rule.companion else 0) + LOOK)


def of_first(entries: Sequence[Entry], rules: Sequence[Rule]) -> int:
    """The bytes of the longest text that an entry of the first pass has to see to hit."""
    known = (entry for entry in entries if entry.rule < len(rules))
    return max((min(_width(entry), rules[entry.rule].max_length) for entry in known), default=TRIGGER) + LOOK


def _width(entry: Entry) -> int:
    if entry.high >= 0:
        return entry.high
    try:
        return max(len(entry.text), int(parse_tree(entry.text).getwidth()[1]))
    except ValueError:  # a plain keyword
        return len(entry.text)
