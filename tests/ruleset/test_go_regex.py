"""Go's expressions and gitleaks' rules: they mean here what they mean there, or it is said that they do not."""

from __future__ import annotations

import re

import pytest
import regex
from hypothesis import given
from hypothesis import strategies as st

from keyscan.ruleset.go_regex import Untranslatable, search_pattern, translate
from keyscan.ruleset.regex_syntax import MAX_MAX_LENGTH


@pytest.mark.parametrize(
    ("source", "text", "found"),
    [
        ("a(?i)b|c", "A", None),
        ("a(?i)b|c", "aB", "aB"),
        ("a(?i)b|c", "C", "C"),
        ("(?i:a)b", "AB", None),
        ("(?i:a)b", "Ab", "Ab"),
        ("((?i)a)b", "AB", None),
        ("(?i)a(?-i)b", "Ab", "Ab"),
        ("(?i)a(?-i)b", "AB", None),
        ("a.b", "a\nb", None),
        ("(?s)a.b", "a\nb", "a\nb"),
        ("(?m)^b$", "a\nb\nc", "b"),
        ("^b$", "a\nb", None),
        ("a$", "a\n", None),
        (r"a\z", "a\n", None),
        (r"a\z", "ba", "a"),
        ("[[:alnum:]]+", "--aZ9_", "aZ9"),
        ("[^[:space:]]+", " ab ", "ab"),
        ("[[:^digit:]_]+", "12a_3", "a_"),
        ("[]a]+", "x]a]", "]a]"),
        ("[a-]+", "x-a", "-a"),
        (r"[\w.-]+", "!a.-_!", "a.-_"),
        (r"[+--]+", "x+,-", "+,-"),
        (r"\Qa.b*\E+", "xa.b***", "a.b***"),
        (r"\x41\x{42}\103", "ABC", "ABC"),
        (r"x{,3}", "x{,3}", "x{,3}"),
        (r"a{2,3}?", "aaa", "aa"),
        ("(?U)a{2,3}", "aaa", "aa"),
        (r"\x{e9}|z", "\xe9", "\xe9"),
        ("é+", "xéé", "éé"),
        (r"[\[\]&~|]+", "a[]&~|", "[]&~|"),
        ("#a b", "#a b", "#a b"),
        (r"(?P<n>k)=(v)", "k=v", "k"),
    ],
)
def test_go_means_the_same_here(source, text, found):
    """Flags inside of expressions, classes, anchors, quoting and repeats match what Go's own engine matches."""
    pattern = translate(source).pattern
    results = {
        match.group("secret").decode() if match else None
        for match in (re.search(pattern.encode(), text.encode()), regex.search(pattern.encode(), text.encode()))
    }
    assert results == {found}


@pytest.mark.parametrize(
    "source",
    ["(", "a)", "[a", "a**", "x{2000}", "x{3,2}", "(?=a)", "(?!a)", r"(a)\1", r"\pX", "a{0}", "a*", "\\", "*a",
     "[" * 500, "(" * 5000, "(((a+)+)+)+b", r"[\b]", "[[:foo:]]", r"\y", "a" * 30_000],
)  # fmt: skip
def test_what_is_not_go_or_cannot_be_said_is_refused(source):
    """Broken or unbounded expressions give a reason, never another meaning."""
    with pytest.raises(Untranslatable):
        translate(source)


@given(st.text(r"ab(|)[]*+?{}^$.\-123,dwszAQE:?iP<>", max_size=14))
def test_any_text_is_translated_or_refused(source):
    """Whatever the text, the result compiles in both engines and is bounded, or there is a reason."""
    try:
        made = translate(source)
        search_pattern(source)
    except Untranslatable:
        return
    assert re.compile(made.pattern.encode())
    assert regex.compile(made.pattern.encode(), regex.VERSION0)
    assert 0 < made.max_length <= MAX_MAX_LENGTH


def test_the_secret_is_the_asked_group():
    """A secretGroup counts as in Go; without it the first group; a group that may be absent gives the whole match."""
    assert regex.search(translate("(a)(?:b)(c)", 2).pattern.encode(), b"abc").group("secret") == b"c"
    assert regex.search(translate("k=(c)").pattern.encode(), b"k=c").group("secret") == b"c"
    assert regex.search(translate("k=(c)?d").pattern.encode(), b"k=d").group("secret") == b"k=d"
    with pytest.raises(Untranslatable):
        translate("(a)", 2)
