"""Shorter expressions for the prefilter: each match of a rule holds one of theirs, as far from its start as told."""

from __future__ import annotations

import re
from random import Random

import pytest
import regex
from helpers.matches import rule
from helpers.regex_samples import sample

from keyscan.engine.prefilter.superset import from_literal, without_middle
from keyscan.engine.prefilter.truncate import expressions
from keyscan.ruleset.cache import load_rules
from keyscan.ruleset.regex_syntax import parse_tree

RULES = load_rules()
MARKED = {one.id: made for one in RULES if one.value and not one.prefix and (made := from_literal(one))}
SHORTER = {one.id: made for one in RULES if (made := without_middle(one))}
BY_ID = {one.id: one for one in RULES}


def matches_of(one, count=200):
    """Random texts that a rule matches, with what it matched."""
    random = Random(one.id)  # noqa: S311 - reproducible
    compiled = regex.compile(one.pattern.encode())
    found = []
    for _ in range(count):
        text = b" " + sample(one.pattern, random) + random.choice([b"", b" ", b'"', b"'\n"])
        found += [(text, match) for match in compiled.finditer(text)]
    assert len(found) > count / 20
    return found


@pytest.mark.parametrize(
    ("pattern", "keyword", "wanted"),
    [
        ("(?P<secret>[0-9a-f]{32}-us[0-9]{1,2})", "-us", ("-us[0-9]{1}", 36, 36)),
        (r"\b(?P<secret>[a-z]{2,4}MSH[a-z0-9]{9})", "msh", ("MSH[a-z0-9]{4}", 9, 11)),
        ("(?P<secret>[0-9]{20}abc)", "abc", ("abc", 23, 23)),
        ("(?P<secret>[0-9]{20}abc)(?![a-z])", "abc", ("abc", 23, 23)),
        # In a branch, in a repeat, or where case does not count, it is not at one place.
        ("(?P<secret>[0-9]{20}(?:abc|def))", "abc", None),
        ("(?P<secret>[0-9]{20}(?:abc){1,2})", "abc", None),
        ("(?P<secret>[0-9]{20}(?i:abc))", "abc", None),
    ],
)
def test_a_literal_within_an_expression(pattern, keyword, wanted):
    """The literal, the bytes behind it that must follow, and how far its end is from the start."""
    made = from_literal(rule(pattern=pattern, keywords=(keyword,)))
    if wanted is None:
        assert made is None
    else:
        assert str(parse_tree(made[0])) == str(parse_tree(wanted[0]))
        assert made[1:] == wanted[1:]


@pytest.mark.parametrize("rule_id", sorted(MARKED))
def test_each_match_holds_the_literal_in_its_place(rule_id):
    """For every rule that is found so, over random matches of its expression."""
    text, low, high = MARKED[rule_id]
    for data, match in matches_of(BY_ID[rule_id]):
        ends = [found.end() - match.start() for found in re.finditer(text.encode(), data) if found.end() <= match.end()]
        assert any(low <= end <= high for end in ends), data


def test_rules_are_found_so():
    """The tests above have something to test."""
    assert {"mailchimp-api-key", "azure-redis-key"} <= set(MARKED)
    assert "generic-key" in SHORTER


@pytest.mark.parametrize("rule_id", sorted(SHORTER))
def test_any_middle_takes_in_what_stood_there(rule_id):
    """Each match begins with one of the shorter expression, which is as wide as the whole."""
    one = BY_ID[rule_id]
    compiled = re.compile(SHORTER[rule_id].encode())
    for data, match in matches_of(one):
        assert compiled.match(data, match.start()), data
    assert parse_tree(SHORTER[rule_id]).getwidth() == parse_tree(expressions(one)[0]).getwidth()
    assert len(SHORTER[rule_id]) < len(expressions(one)[0]) / 2


LONG = "(?:" + "|".join(f"={number:04}[a-z]{{0,9}}" for number in range(60)) + ")"


@pytest.mark.parametrize(
    ("pattern", "short"),
    [
        (f"key{LONG}['\"](?P<secret>[0-9]{{16}})", True),
        # No quote, a short value, another line, a name that is no keyword, a wide middle.
        (f"key{LONG}['\"]?(?P<secret>[0-9]{{16}})", False),
        (f"key{LONG}['\"](?P<secret>[0-9]{{8}})", False),
        (f"key{LONG}[\\s]['\"](?P<secret>[0-9]{{16}})", False),
        (f"name{LONG}['\"](?P<secret>[0-9]{{16}})", False),
        (f"key{LONG}[a-z]{{0,200}}['\"](?P<secret>[0-9]{{16}})", False),
    ],
)
def test_where_a_middle_may_be_anything(pattern, short):
    """Only between a name and a quote on one line, in front of a value that is rare by itself."""
    made = without_middle(rule(pattern=pattern, keywords=("key",)))
    assert bool(made) == short
    if short:
        assert re.match(made, "key =>!!'0123456789012345")
        assert not re.match(made, "key =>!\n'0123456789012345")
