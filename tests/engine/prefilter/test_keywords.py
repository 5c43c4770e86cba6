"""The prefilter without Hyperscan: where any keyword of a rule stands."""

from __future__ import annotations

from helpers.matches import rule

from keyscan.engine.prefilter.keywords import KeywordPrefilter

PLAIN = rule(id="plain", pattern=r"acme_(?P<secret>[a-z0-9]{20})", keywords=("acme_",), max_length=25)
NAMED = rule(id="named", pattern="x", context=("exa api",), value="[a-z]{9}", keywords=("exa api",), max_length=99)


def rules_hit(prefilter, data: bytes):
    """(rule number, end) of the hits."""
    return sorted((prefilter.entries[number].rule, end) for number, end in prefilter.hits(data))


def test_every_place_in_any_case():
    """At the end of each keyword, however it is written."""
    assert rules_hit(KeywordPrefilter([PLAIN]), b"Acme_x ACME_y acm") == [(0, 5), (0, 12)]


def test_words_of_a_name_may_be_joined():
    """The parts of a name near each other count, far apart they do not."""
    prefilter = KeywordPrefilter([NAMED])
    assert rules_hit(prefilter, b"EXA_API_KEY") == [(0, 7)]
    assert rules_hit(prefilter, b"exa " + b"x" * 50 + b" api") == []


def test_rules_that_share_a_keyword_are_both_hit():
    """One search serves all of them."""
    assert rules_hit(KeywordPrefilter([PLAIN, PLAIN]), b"acme_") == [(0, 5), (1, 5)]


def test_nothing_to_find():
    """No rules, no text."""
    assert KeywordPrefilter([]).hits(b"acme_") == []
    assert KeywordPrefilter([PLAIN]).hits(b"") == []


def test_hits_need_no_value():
    """A keyword is a hit wherever it stands."""
    prefilter = KeywordPrefilter([NAMED])
    assert prefilter.drop_without_value(b"exa api", [(0, 7)]) == [(0, 7)]
    assert not prefilter.local
