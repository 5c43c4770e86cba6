"""The syntax tree of an expression."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.ruleset.regex_syntax import literal_prefix, parse_tree


@pytest.mark.parametrize(
    ("pattern", "prefix"),
    [
        ("(?P<secret>sk-[a-z]{9})", "sk-"),
        ("x(?:y)(?P<secret>(?:ghp_)[a-z])", "ghp_"),
        ("(?P<secret>[a-z]+)", ""),
        (r"(?P<secret>\bab(?!c)d)", "abd"),
        ("(?:(?P<secret>abc)|x)", "abc"),
        ("(?:x(?P<secret>key-[0-9])){1,2}", "key-"),
        ("(?P<secret>\u00fcx)", ""),
    ],
)
def test_the_fixed_start_of_a_secret(pattern, prefix):
    """Through groups and assertions, up to the first choice or byte that is no ASCII."""
    assert literal_prefix(pattern) == prefix


@pytest.mark.parametrize("pattern", ["(", "[a", "x{99999999999}", "(?P<a>x)(?P<a>y)", "(" * 5000 + ")" * 5000])
def test_what_is_no_expression_is_a_value_error(pattern):
    """Whatever the parser raises."""
    with pytest.raises(ValueError, match=r".+"):
        parse_tree(pattern)


@given(st.text(max_size=30))
def test_any_text_parses_or_is_a_value_error(pattern):
    """No other error leaves."""
    try:
        low, high = parse_tree(pattern).getwidth()
    except ValueError:
        return
    assert low <= high
