"""What in a text says that it may be encoded."""

from __future__ import annotations

import base64
import re

import pytest
from helpers.matches import rule
from hypothesis import given
from hypothesis import strategies as st

from keyscan.engine.prefilter import encoding_triggers as triggers


class TestTriggers:
    @given(st.binary(min_size=4, max_size=12), st.binary(max_size=5), st.binary(max_size=5))
    def test_the_base64_of_a_word_holds_a_form(self, word, before, after):
        """Whatever stands round it, one of a word's three forms is in the base64."""
        text = base64.b64encode(before + word + after).decode().rstrip("=")
        forms = list(triggers._forms(word))
        assert any(form.literal in text for form in forms)
        assert any(re.search(form.text, text + "A") for form in forms)


def test_prefixes_call_for_their_pieces():
    """A prefix, and its heads before a quote; heads of PEM files and words of every program do not count alone."""
    texts = {one.text for one in triggers.of([rule(prefix="sk-acme-")]) if one.kind == triggers.PIECES}
    assert re.escape("sk-acme-") in texts
    assert any(re.fullmatch(text, 'sk-"') for text in texts)
    assert not [one for one in triggers.of([rule(prefix="-----BEGIN")]) if one.kind == triggers.PIECES]
    assert re.escape("secret_") not in {one.text for one in triggers.of([rule(prefix="secret_")])}


def test_their_order_is_fixed_and_their_width_bounded():
    """Numbers of entries are stored: the same rules give the same list."""
    rules = [rule(prefix="ghp_"), rule(prefix="sk-ant-"), rule(prefix="ghp_")]
    assert triggers.of(rules) == triggers.of(reversed(rules))
    assert max(one.width for one in triggers.of(rules)) <= triggers.WIDEST
    assert triggers.of([rule(prefix="")])[-1].kind == triggers.KUBERNETES


@pytest.mark.parametrize(
    "text", [b"ab%2Dcd", b"ab%252Dcd", b"ab\\u002dcd", b"ab\\\\x2dcd", b"ab&#45;cd", b"abcd\\/efgh"]
)
def test_escapes_between_characters_of_tokens(text):
    """Each has one of the signs that are looked for first."""
    assert triggers.ESCAPED.search(text)
    assert any(sign in text for sign in triggers.ESCAPE_LITERALS)
    assert not triggers.ESCAPED.search(b"100% of it")


def test_prefixes_with_the_backslashes_of_markdown():
    """A prefix of several words is looked for as editors write it; a word of every program is not."""
    marked = {
        one.literal for one in triggers.of([rule(prefix="rzp_live_"), rule(prefix="secret_"), rule(prefix="re_")])
    }
    assert r"rzp\_live\_" in marked
    assert not {r"secret\_", r"re\_"} & marked
