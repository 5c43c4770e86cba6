"""Both prefilters, the fast path and a search of the whole text agree, on texts made from the rules' expressions."""

from __future__ import annotations

import contextlib
from random import Random

import pytest
from helpers.regex_samples import sample

from keyscan.engine import build
from keyscan.engine.confirm import start_ranges
from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.fastpath import artifact
from keyscan.fastpath import engine as fast
from keyscan.ruleset.cache import load_rules

RULES = load_rules()
MATCHERS = {"keywords": Matcher(RULES, KeywordPrefilter(RULES))}
with contextlib.suppress(ImportError):
    import hyperscan  # noqa: F401 - only whether it is there

    MATCHERS["hyperscan"] = build.matcher(RULES, "hyperscan")
    MATCHERS["hyperscan"]._patterns = MATCHERS["keywords"]._patterns
# Hyperscan has lost matches behind other text, of some lengths only.
_TEXTS = 4
_FILLERS = (b" ", b"x", b"-", b"=", b"\n", b"x = 1\n", b'"')


def filler(random):
    """Up to 40 bytes of one unit over and over: what a bounded repeat before a match may swallow."""
    unit = random.choice(_FILLERS)
    return (unit * 40)[: random.randrange(40)]


def texts(rule, random):
    """Texts in which the rule's expression may match, with other text on either side."""
    for _ in range(_TEXTS):
        yield filler(random) + sample(rule.pattern, random) + random.choice([b"", b" ", b"\n", b'"', b" x" * 20])


@pytest.mark.parametrize("number", range(len(RULES)), ids=lambda number: RULES[number].id)
def test_no_engine_loses_a_match(number):
    """Whatever a search of the whole text finds, each engine finds too."""
    pattern = MATCHERS["keywords"]._patterns[number]
    for text in texts(RULES[number], Random(number)):  # noqa: S311
        expected = {found.span("secret") for found in pattern._compiled.finditer(text)}
        for name, matcher in MATCHERS.items():
            ranges = start_ranges(matcher._first.hits(text), matcher.entries, RULES).get(number, [])
            got = {(found.secret_start, found.secret_end) for found in pattern.near(text, ranges)}
            assert expected <= got, (name, text)


@pytest.mark.parametrize("width", range(0, 40, 3))
def test_an_option_of_several_words_is_found_behind_any_text(width):
    """Hyperscan lost ` -_pass` behind 15 bytes: a bounded repeat of what the literal before it ends with."""
    text = b" " * width + b" -_pass ,'tR7kq2Zx9Lmb' "
    for matcher in MATCHERS.values():
        assert [match.rule.id for match in matcher.scan(text)] == ["generic-long-option-secret"]


@pytest.mark.skipif(len(MATCHERS) == 1, reason="Hyperscan is not installed")
def test_the_fast_path_doubts_whatever_is_found():
    """A text in which any engine finds something is never called clean by the stored engine."""
    assert artifact.store_engine(RULES)
    stored = fast.open_stored()
    random = Random(1)  # noqa: S311
    for rule in RULES:
        text = next(texts(rule, random))
        if MATCHERS["keywords"].scan(text):
            assert stored.doubtful(text), rule.id
