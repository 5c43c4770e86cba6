"""Go's expressions and gitleaks' rules: they mean here what they mean there, or it is said that they do not."""

from __future__ import annotations

import json
import re

import pytest
import regex
from helpers.tokens import token
from hypothesis import given
from hypothesis import strategies as st

from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.errors import RuleError
from keyscan.ruleset import gitleaks
from keyscan.ruleset import required_literals as literals
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


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(?P<secret>acme_[a-f0-9]{40})", {"acme_"}),
        ("(?i:Acme|Corp)x", {"acmex", "corpx"}),
        ("[aA]cme.{3}", {"acme"}),
        ("(?:ab)?[0-9]+", set()),
        ("(?:ab|[0-9]+)", set()),
        ("ab[0-9]longer(?:x|y)", {"longerx", "longery"}),
        ("(?:foo){2}", {"foofoo"}),
    ],
)
def test_required_literals(pattern, words):
    """Every match holds one of the literals; where there are none, none are given."""
    assert set(literals.required(pattern)) == words


CONFIG = r"""
title = "team"
[extend]
useDefault = true

[[rules]]
id = "Acme_Token"
description = "Acme token"
regex = '''(?i)\b(acme_[a-z0-9]{24})(?:['"\s;]|\\n|$)'''
entropy = 3
keywords = ["acme_"]

[[rules.allowlists]]
description = "samples"
regexes = ['''acme_sample''']
paths = ['''(^|/)docs/''']

[[rules]]
id = "corp-hex"
regex = '''[a-f0-9]{32}'''
keywords = ["corpkey"]

[[rules]]
id = "only-in-ini"
regex = '''ini_[a-z]{20}'''
path = '''\.ini$'''

[allowlist]
paths = ['''^vendor/''']
stopwords = ["fixture"]
"""
ACME = token("acme_{lowernum:24}")
HEX = token("{hex:32}")
INI = token("ini_{lower:20}")


def test_rules_of_gitleaks_load_directly(repo, run):
    """`--rules` takes a gitleaks file: rules, entropy, keywords, paths and allowlists count."""
    repo.write("team.toml", CONFIG)
    repo.write("a.py", f"t = '{ACME}'\n")
    repo.write("b.py", f"corpkey = '{HEX}'\nother = '{token('{hex:32}', 'o')}'\n")
    repo.write("c.ini", f"x = {INI}\n")
    repo.write("c.py", f"x = '{INI}'\n")
    repo.write("docs/d.py", f"t = '{ACME}'\n")
    repo.write("vendor/e.py", f"t = '{ACME}'\n")
    repo.write("f.py", "t = 'acme_aaaaaaaaaaaaaaaaaaaaaaaa'\n")
    names = ["a.py", "b.py", "c.ini", "c.py", "docs", "vendor", "f.py"]
    result = run("scan", "-f", "json", "--rules", "team.toml", *names, cwd=repo.path)
    found = [(finding["path"], finding["rule"]) for finding in json.loads(result.out)["findings"]]
    assert found == [("a.py", "acme-token"), ("b.py", "corp-hex"), ("c.ini", "only-in-ini")]
    assert "remove it" not in run("scan", "--rules", "team.toml", cwd=repo.path).out


def test_a_rule_that_cannot_be_said_is_an_error(repo, run):
    """One line that names the rule, and exit code 2: nothing is left out in silence."""
    repo.write("team.toml", "[[rules]]\nid = 'x'\nregex = '''(a+)+(b+)+(c+)+(d+)+\\1'''\n")
    result = run("scan", "--rules", "team.toml", cwd=repo.path)
    assert result.code == 2
    assert "rule x" in result.err
    assert result.err.count("\n") == 1


def test_extended_files_come_along(repo, run):
    """extend.path counts from the file; a file that extends itself is an error."""
    repo.write("base.toml", CONFIG)
    repo.write("team.toml", "[extend]\npath = 'base.toml'\n[[rules]]\nid = 'y'\nregex = '''yy_[a-z]{20}'''\n")
    repo.write("a.py", f"t = '{ACME}'\n")
    assert run("scan", "--rules", "team.toml", "a.py", cwd=repo.path).code == 1
    repo.write("loop.toml", "[extend]\npath = 'loop.toml'\n[[rules]]\nid = 'y'\nregex = '''yy_[a-z]{20}'''\n")
    assert run("scan", "--rules", "loop.toml", "a.py", cwd=repo.path).code == 2


def test_both_engines_find_what_a_translated_rule_finds():
    """The first pass by keywords reaches every match of the translated rules."""
    import tomllib

    rules = gitleaks.parse(tomllib.loads(CONFIG), "team.toml")
    text = f"t='{ACME}' corpkey = {HEX}; x={INI}".encode()
    assert {match.rule.id for match in Matcher(rules, KeywordPrefilter(rules)).scan(text).matches} == {
        rule.id for rule in rules
    }
    with pytest.raises(RuleError):
        gitleaks.parse({"rules": [{"id": "x", "regex": "[a-z]{10}"}]}, "f")
