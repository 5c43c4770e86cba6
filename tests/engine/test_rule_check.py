"""Every built-in rule proves itself, helps its reader, and matches what a brute-force search matches."""

from __future__ import annotations

import dataclasses
import re

import pytest
import regex
from helpers.matchers import RULES, matchers

from keyscan.engine import rule_check as rulecheck
from keyscan.engine.confirm import start_ranges
from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.hyperscan import HyperscanPrefilter
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.model.rule import Severity
from keyscan.ruleset import templates

EVERY_RULE = pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
MATCHERS = matchers()


def test_the_rules_prove_themselves():
    """Negatives stay silent and examples hit, with the rule's severity, under both engines."""
    assert list(rulecheck.problems(RULES)) == []


@pytest.mark.parametrize("number", range(0, len(RULES), 40))
def test_a_rule_among_many_is_hit_as_it_is_alone(number):
    """Checked together, rules are compiled once; what is told of one of them is the same."""
    pytest.importorskip("hyperscan")
    rule = RULES[number]
    alone, shared = (
        HyperscanPrefilter.of([rule]),
        rulecheck._OneOf(MATCHERS["hyperscan"]._prefilter, number, len(RULES)),
    )
    for template in (*(rule.examples or ("{secret}",)), *rule.negatives):
        text = rulecheck.example(rule, template, 1)[1]
        assert _own_hits(shared, text) == _own_hits(alone, text), template


def _own_hits(prefilter, text):
    """The hits of the one rule of a prefilter, by their expressions."""
    entries = prefilter.entries
    return {(entries[number].text, end) for number, end in prefilter.hits(text) if entries[number].rule == 0}


@EVERY_RULE
def test_a_rule_says_what_to_do(rule):
    """A finding can be acted on: what the key opens, where to revoke it, and how."""
    assert rule.help.opens
    assert rule.help.revoke_url or rule.help.link
    assert rule.help.steps
    for url in filter(None, (rule.help.revoke_url, rule.help.link)):
        assert url.startswith("https://"), url


@EVERY_RULE
def test_names_are_clean(rule):
    """Variables are names and nothing else, context words are lower case."""
    assert all(regex.fullmatch(r"[A-Z][A-Za-z0-9_]*", name) for name in rule.env), rule.env
    assert all(word == word.lower() for word in rule.context), rule.context


@EVERY_RULE
def test_public_and_test_keys_are_quiet(rule):
    """What is public by design is informational; a test key is at most low."""
    if rule.public:
        assert rule.severity == Severity.INFO
    if rule.test:
        assert rule.severity <= Severity.LOW


@EVERY_RULE
@pytest.mark.parametrize("engine", MATCHERS)
def test_the_engine_equals_the_oracle(rule, engine):
    """On each example and negative, a search of the whole text finds the same candidates as the engine."""
    matcher, number = MATCHERS[engine], RULES.index(rule)
    for template in (*(rule.examples or ("{secret}",)), *rule.negatives):
        text = rulecheck.example(rule, template, 3)[1]
        expected = {found.span("secret") for found in matcher._patterns[number]._compiled.finditer(text)}
        spots = start_ranges(matcher._prefilter.hits(text), matcher._prefilter.entries, RULES).get(number, [])
        got = {(c.secret_start, c.secret_end) for c in matcher._patterns[number].near(text, spots)}
        assert expected <= got, template
        assert bool(expected) == bool(got), template


# What may be the value in a text: padding may belong to it.
_TOKEN = re.compile(rb"[^\s\"'`=:,;<>(){}\[\]]+(?:={1,2}(?![^\s\"'`]))?|[^\s\"'`,;<>(){}\[\]=]+")
_PLACEHOLDER_FIELD = re.compile(r"(?<!\{)\{([a-z0-9-]+)(?::(\d+))?\}")


def _shape_decides(pattern, secret, text):
    """Whether the rule's own secret in place of some token of `text` would be found."""
    for found in _TOKEN.finditer(text):
        tried = text[: found.start()] + secret + text[found.end() :]
        if any(tried[one.secret_start : one.secret_end] == secret for one in pattern.all(tried)):
            return True
    return False


def _name_decides(rule, text):
    """Whether `text` holds a value of the rule's shape, so that only what stands round it can be wrong."""
    return any(re.fullmatch(rule.value.encode(), found.group()) for found in _TOKEN.finditer(text)) or bool(
        re.search(rule.value.encode(), text)
    )


@EVERY_RULE
def test_a_negative_is_dropped_for_its_own_reason(rule):
    """A negative shows a wrong value where a right one is found, or a right value where the name is wrong."""
    pattern = MATCHERS["keywords"]._patterns[RULES.index(rule)]
    for template in rule.negatives:
        secret, text = rulecheck.example(rule, template, 0)
        if any(pattern.all(text)):
            continue  # found and dropped by a filter, a check or a missing companion
        # Blocks of several lines and addresses: any right one in its place would be found.
        shape = _shape_decides(pattern, secret, text) or any(pattern.all(secret))
        assert shape or _name_decides(rule, text), template


@EVERY_RULE
def test_a_placeholder_of_full_length_is_dropped(rule):
    """`xxxx` in the whole shape that a rule demands is nobody's key, whichever filter says so."""

    def run(field):
        letters = templates.ALPHABETS.get(field.group(1), "")
        made = next((letter for letter in "xX" if letter in letters), letters[:1])
        return made * int(field.group(2) or 0)

    fields = [field.group(1) for field in _PLACEHOLDER_FIELD.finditer(rule.template)]
    if rule.filters == "none" or not fields or not set(fields) <= set(templates.ALPHABETS):
        pytest.skip("made by a checksum, or judged by its structure")
    secret = _PLACEHOLDER_FIELD.sub(run, rule.template)
    matcher = Matcher([rule], KeywordPrefilter([rule]))
    for template in rule.examples or ("{secret}",):
        text = templates.expand(template, "x", secret).encode()
        assert not [match for match in matcher.scan(text).matches if match.severity >= Severity.MEDIUM], template


def test_ids_are_unique():
    """One id, one rule."""
    assert len({rule.id for rule in RULES}) == len(RULES)


def test_there_are_enough():
    """At least 200 rules, over at least 75 providers of AI."""
    assert len(RULES) >= 200
    assert len({rule.provider for rule in RULES if rule.category == "ai"}) >= 75


GOOD = next(rule for rule in RULES if rule.id == "anthropic-api-key")


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"checks": ("no-such-check",)}, "no check named no-such-check; there are "),
        ({"pattern": r"(?P<secret>sk-ant-(?P<x>a)(?P=y))"}, "pattern does not compile in regex"),
        ({"template": "sk-ant-api03-{b64url}"}, "a template is wrong"),
        ({"examples": ("nothing in it",)}, "example 1 is missed (regex, seed 0)"),
        ({"negatives": ("K = {secret}",)}, "negative 1 hits (regex, seed 0)"),
        ({"severity": Severity.LOW, "examples": ("{secret}",)}, ""),
    ],
)
def test_what_is_wrong_with_a_rule_is_one_line(changes, words):
    """It names the file and the rule; a rule that is right says nothing."""
    rule = dataclasses.replace(GOOD, **changes)
    problems = list(rulecheck.problems([rule]))
    if not words:
        assert problems == []
        return
    assert problems
    assert all(problem.startswith(f"{GOOD.source}: rule {GOOD.id}: ") and "\n" not in problem for problem in problems)
    assert words in problems[0]


def test_each_rule_among_others_has_its_own_problems():
    """Rules that do not compile, right ones and unproved ones side by side; in the order of the rules."""
    changed = [
        {"id": "broken", "pattern": r"(?P<secret>sk-ant-(?P<x>a)(?P=y))"},
        {"id": "right"},
        {"id": "missed", "examples": ("nothing in it",)},
        {"id": "unchecked", "checks": ("no-such-check",)},
        {"id": "hits", "negatives": ("K = {secret}",)},
    ]
    rules = [dataclasses.replace(GOOD, **changes) for changes in changed]
    told = [re.search(r": rule (\w+): (.{9})", problem).groups() for problem in rulecheck.problems(rules)]
    expected = [("broken", "pattern d"), ("missed", "example 1"), ("unchecked", "no check "), ("hits", "negative ")]
    assert list(dict.fromkeys(told)) == expected
