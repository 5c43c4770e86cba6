"""A real key is never a placeholder: how much of a value words and runs explain, and what formats demand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.engine.filters.context import Context
from keyscan.engine.filters.explained import explain, is_doubled
from keyscan.engine.filters.placeholders import rejection_reason
from keyscan.model.match import Match
from keyscan.ruleset import templates
from keyscan.ruleset.cache import load_rules

RULES = {rule.id: rule for rule in load_rules() if rule.template and rule.filters == "provider"}
# Random keys of each rule; benchmarks/quality/dropped.py draws 2,000 each, a million in all.
DRAWS = 40


def judged(rule, secret):
    """What the filters say of a secret of `rule`."""
    return rejection_reason(Match(rule, 0, len(secret), 0, len(secret), secret), Context(b"", b""))


@pytest.mark.parametrize("rule", list(RULES))
def test_random_keys_of_every_rule_are_kept(rule):
    """Well-formed random keys, with the fixed parts that vendors issue, pass all filters."""
    keys = [templates.expand(RULES[rule].template, f"drawn/{number}").encode() for number in range(DRAWS)]
    assert [judged(RULES[rule], key) for key in keys] == [None] * DRAWS


@pytest.mark.parametrize("word", ["Fake", "ToDo", "YOUR", "mock", "Test"])
def test_a_short_word_in_a_long_random_key_is_chance(word):
    """Four letters explain too little of a hundred."""
    key = templates.expand("sk-proj-{alnum:30}" + word + "{alnum:40}T3BlbkFJ{alnum:74}", word).encode()
    assert judged(RULES["openai-project-api-key"], key) is None


@pytest.mark.parametrize(
    "value",
    [
        "your-api-key-here-replace-me-0000000000",
        "x" * 40,
        "abcdefghijklmnopqrstuvwxyz0123456789abcd",
        "0123456789abcdef0123456789abcdef",
        "deadbeefdeadbeefdeadbeefdeadbeef",
        "IOSFODNN7EXAMPLE",
        "thisisafakekeyfortestingonly1234567890",
        "AbCd" * 10,
    ],
)
def test_placeholders_are_explained_by_words_and_runs(value):
    """Instructions, runs and repeated units leave little to chance."""
    found = explain(value.encode())
    assert found.words + found.runs >= 20


@given(st.binary(max_size=300))
def test_any_bytes_are_explained_in_part(value):
    """The explained share of any value lies between nothing and all of it."""
    found = explain(value)
    assert 0 <= found.share <= 1
    assert found.words >= 0
    assert found.runs >= 0


@pytest.mark.parametrize(
    ("body", "doubled"), [("112233445566AABB", True), ("1122", False), ("112233445567AABB", False)]
)
def test_characters_that_all_stand_twice_are_a_repetition(body, doubled):
    """`11223344`: a run of pairs, if it is long enough and has no exception."""
    assert is_doubled(body.encode()) == doubled
