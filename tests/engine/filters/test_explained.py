"""A real key is never a placeholder: how much of a value words and runs explain, and what formats demand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.engine.filters.context import Context
from keyscan.engine.filters.explained import explain, is_doubled, is_echoed
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


@pytest.mark.parametrize(
    ("template", "echoed"),
    [
        ("Hn4kTq{alnum:12}Hn4kTq", True),
        ("Hn4kT{alnum:12}Hn4kT", False),
        ("9f3a7c21{hex:20}9f3a7c21", True),
        ("9f3a7c2{hex:20}9f3a7c2", False),
        ("AAAAAAA{alnum:12}AAAAAAA", False),
        # Ids that were given out one soon after the other, and an address that is two settings of encoded JSON.
        ("263594206564-2635942998877-{alnum:24}", False),
        ("{json64:api_address=https://app.neptune.ai,api_url=https://app.neptune.ai,api_key=x}", False),
        # An id twice but for its end, as one vendor issues it.
        ("d1ers7hr01qgh842q250d1ers7hr01qgh842q25g", False),
    ],
)
def test_a_part_that_stands_there_again_was_typed(template, echoed):
    """Six letters and digits, or eight hexadecimal digits; a run of one letter may be padding."""
    assert is_echoed(templates.expand(template, "x").encode()) is echoed


def test_few_random_keys_repeat_a_part():
    """None of 20,000 values of 64 hexadecimal digits or 40 letters and digits."""
    shapes = ("{hex:64}", "{alnum:40}")
    values = [templates.expand(shapes[number % 2], f"drawn/{number}").encode() for number in range(20_000)]
    assert sum(map(is_echoed, values)) == 0
