"""The triggers of decoding by plain literals: a superset of what their expressions find."""

from __future__ import annotations

import base64
import re

import pytest
from helpers.matches import rule
from hypothesis import given
from hypothesis import strategies as st

from keyscan.engine.prefilter import encoding_triggers as triggers
from keyscan.engine.prefilter.encoding_literals import EncodingLiterals

RULES = [rule(id="plain", prefix="sk-acme-")]
FOUND = EncodingLiterals(RULES, 0)


def kinds(data: bytes) -> set[int]:
    """The kinds of the triggers that are hit."""
    return {FOUND.triggers[number].kind for number, _ in FOUND.hits(data, data.lower())}


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (base64.b64encode(b"export API_KEY=12345678"), triggers.BASE64),
        (b"sk%2Dacme%2Dabcd", triggers.ESCAPES),
        (b"sk\\u002dacme", triggers.ESCAPES),
        (b'"sk-acme-" + "abc"', triggers.PIECES),
        (b"kind: Secret\n", triggers.KUBERNETES),
        (b"user,api_key\r\n", triggers.TABLE),
        (b"| Host | Password |\n", triggers.TABLE),
    ],
)
def test_each_kind(data, kind):
    """Base64 of a telling word, escapes in tokens, prefixes cut short, Kubernetes secrets."""
    assert kind in kinds(data)


@given(
    st.lists(st.sampled_from(["", "id", "DB_Password", "api key", '"token"', "`secret`", "values"]), min_size=1),
    st.sampled_from([",", ", ", ";", "\t", "|", " | "]),
)
def test_headers_that_the_expressions_find_the_literals_find(cells, separator):
    """Wherever an expression finds a header, a literal is hit on that line."""
    text = ("\n" + separator.join(cells) + "\n").encode()
    if triggers.TABLE_HEADER.search(text):
        assert triggers.TABLE in kinds(text)


def test_prose_is_silent():
    """Ordinary text has no trigger."""
    assert kinds(b"The quick brown fox jumps over the lazy dog.\n" * 5) == set()


@given(st.binary(max_size=12), st.sampled_from([b"API_KEY", b"password", b"sk-acme-"]), st.binary(max_size=12))
def test_what_the_expressions_find_the_literals_find(before, word, after):
    """Wherever a base64 form of a word stands in a long run, its literal is hit."""
    text = base64.b64encode(before + word + after)
    numbers = {number for number, _ in FOUND.hits(text, text.lower())}
    for number, one in enumerate(FOUND.triggers):
        long = re.search(rb"[A-Za-z0-9+/_-]{12,}", text)
        if one.kind == triggers.BASE64 and long and re.search(one.text.encode(), long[0]):
            assert number in numbers


def test_no_rules_no_triggers_but_words():
    """Without rules only words are looked for, in base64 and in two bytes a character."""
    assert {one.kind for one in EncodingLiterals([], 0).triggers} <= {triggers.BASE64, triggers.WIDE}
