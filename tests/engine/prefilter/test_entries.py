"""Rules to prefilter entries."""

from __future__ import annotations

import dataclasses

from helpers.matches import rule

from keyscan.engine.prefilter.entries import Entry, entries_of, targets_of, width_of
from keyscan.ruleset.regex_syntax import parse_tree

PLAIN = rule(id="plain", pattern=r"acme_(?P<secret>[a-z0-9]{20})", keywords=("acme_",), max_length=25)
NAMED = rule(id="named", pattern="x", context=("acme",), value="[a-z0-9]{20}", keywords=("acme",), max_length=200)
MARKED = rule(
    id="marked", pattern=r"(?P<secret>[a-z0-9]{20}JQQJ)", value="[a-z0-9]{20}JQQJ", keywords=("jqqj",), max_length=24
)
# Where the marker stands in one of two branches, it has no place of its own.
EITHER = "(?P<secret>[a-z0-9]{20}(?:JQQJ|[a-z]{3}JQQJ))"


def test_a_pattern_is_one_entry():
    """Where its matches begin, and with which bytes."""
    entries, values, _ = entries_of([PLAIN])
    own = [entry for entry in entries if entry.rule == 0]
    assert len(own) == 1
    assert (own[0].first, own[0].value, values) == ("a", -1, [])
    assert own[0].low <= width_of(own[0]) <= 25


def test_a_named_rule_needs_its_value():
    """Each of its entries tells the value and how far behind it may end."""
    entries, values, _ = entries_of([NAMED])
    own = [entry for entry in entries if entry.rule == 0]
    assert own
    assert len(values) == 1
    assert {(entry.value, entry.reach) for entry in own} == {(0, 201)}
    assert set(targets_of(entries)) == {number for number, entry in enumerate(entries) if entry.rule == 0}


def test_rules_with_the_same_value_share_it():
    """One expression serves both."""
    assert len(entries_of([NAMED, NAMED])[1]) == 1


def test_a_rule_without_a_start_is_found_by_its_marker():
    """Cut short it would hit all over."""
    own = [entry for entry in entries_of([MARKED])[0] if entry.rule == 0]
    assert [(str(parse_tree(entry.text)), entry.low, entry.high) for entry in own] == [
        (str(parse_tree("JQQJ")), 24, 24)
    ]
    own = [entry for entry in entries_of([dataclasses.replace(MARKED, pattern=EITHER)])[0] if entry.rule == 0]
    assert [(entry.text, entry.low, entry.high) for entry in own] == [("(?i:jqqj)", 4, -1)]


def test_encodings_belong_to_no_rule():
    """Their entries have the number behind the last rule's."""
    assert {entry.rule for entry in entries_of([PLAIN, NAMED])[0]} == {0, 1, 2}
    assert {entry.rule for entry in entries_of([])[0]} == {0}


def test_widths():
    """The entry's own bound, its expression's, or the length of a plain keyword."""
    assert width_of(Entry("abc", 0, 3, 7)) == 7
    assert width_of(Entry("ab{2,4}", 0, 3, -1)) == 5
    assert width_of(Entry("ab(", 0, 3, -1)) == 3
