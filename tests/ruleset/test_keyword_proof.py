"""Every match of every rule holds a keyword, or the keyword prefilter would not see it."""

from __future__ import annotations

import itertools
import re

import pytest

from keyscan.ruleset import loader
from keyscan.ruleset.keyword_proof import requires_one_of

RULES = loader.load([loader.builtin_dir()])


@pytest.mark.parametrize("rule", [rule for rule in RULES if not (rule.context and rule.value)], ids=lambda r: r.id)
def test_every_match_of_a_rule_holds_a_keyword(rule):
    """Rules without names in front: proven from the syntax tree of the expression."""
    assert requires_one_of(rule.pattern, rule.keywords)


@pytest.mark.parametrize("rule", [rule for rule in RULES if rule.context and rule.value], ids=lambda r: r.id)
def test_a_named_rule_is_looked_for_by_all_its_names(rule):
    """Rules with names in front begin with one of them, so these are the keywords."""
    assert set(rule.context) <= set(rule.keywords)


@pytest.mark.parametrize(
    ("pattern", "words", "proven"),
    [
        ("abc", ["b"], True),
        ("abc", ["d"], False),
        ("abc", ["ABC"], True),
        ("(?i:aBc)", ["abc"], True),
        ("a[bc]d", ["abd", "acd"], True),
        ("a[bc]d", ["abd"], False),
        ("ab?c", ["abc", "ac"], True),
        ("ab?c", ["abc"], False),
        ("(?:ab|cd)e", ["abe", "cde"], True),
        ("(?:ab|cd)e", ["abe"], False),
        ("[^x]abc", ["abc"], True),
        ("a.c", ["abc"], False),
        ("(?:ab){2,9}", ["abab"], True),
        ("(?:ab){1,9}", ["abab"], False),
        ("x*abc|abc*", ["ab"], True),
        ("(?=abc)a", ["abc"], False),
        (r"(a)\1", ["aa"], False),
        ("(?:a|b){0,40}c", ["c"], True),
        (r"\d{3}key", ["key"], True),
        ("abc", [], False),
        ("abc", [""], True),
    ],
)
def test_the_proof_is_right_on_small_expressions(pattern, words, proven):
    """What is proven holds; what is not may hold, but none of these does."""
    assert requires_one_of(pattern, words) is proven


def test_a_proof_is_never_wrong():
    """All texts of up to five letters that match a proven expression hold a word, for a grid of expressions."""
    parts = ["a", "b", "[ab]", "a?", "(?:ab|b)", "b{1,3}", "."]
    texts = ["".join(text) for size in range(1, 6) for text in itertools.product("abc", repeat=size)]
    proven = 0
    for pattern in ("".join(three) for three in itertools.product(parts, repeat=3)):
        compiled = re.compile(pattern)
        matched = [text for text in texts if compiled.fullmatch(text)]
        for words in (["ab"], ["bb"], ["ab", "ba"], ["a", "bb"]):
            if requires_one_of(pattern, words):
                proven += 1
                assert all(any(word in text for word in words) for text in matched), (pattern, words)
    assert proven > 100
