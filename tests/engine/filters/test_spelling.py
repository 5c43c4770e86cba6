"""How word-like a string is."""

from __future__ import annotations

import pytest
from helpers.tokens import token
from hypothesis import given
from hypothesis import strategies as st

from keyscan.engine.filters.spelling import surprise


@pytest.mark.parametrize("words", [b"password", b"getUserByName", b"internationalization", b"max-connection-timeout"])
def test_words_cost_less_than_random_letters(words):
    """Words in any case style cost less than the same number of random letters."""
    random = token("{alpha:40}", words.decode()).encode()
    assert surprise(words) < 5 < surprise(random)


def test_what_has_no_letters_costs_nothing():
    """Digits and signs say nothing about spelling."""
    assert surprise(b"") == surprise(b"1234-5678") == 0.0


@given(st.binary(max_size=60))
def test_only_letters_count(text):
    """Never negative; digits and signs round it change nothing."""
    assert surprise(text) >= 0
    assert surprise(b"12-" + text + b"-34") == pytest.approx(surprise(text))
