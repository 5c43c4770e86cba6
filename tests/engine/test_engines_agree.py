"""Both prefilters, the fast path and a search of the whole text agree, on texts made from the rules' expressions."""

from __future__ import annotations

from base64 import b64encode
from random import Random

import pytest
from helpers.matchers import RULES, matchers
from helpers.matches import rule as rule_of
from helpers.regex_samples import sample
from helpers.tokens import token

from keyscan.engine import build
from keyscan.engine.confirm import start_ranges
from keyscan.engine.decoders import base64
from keyscan.engine.decoders.content import content_of
from keyscan.engine.rule_check import example
from keyscan.fastpath import artifact
from keyscan.fastpath import engine as fast

MATCHERS = matchers()
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
            ranges = start_ranges(matcher._prefilter.hits(text), matcher.entries, RULES).get(number, [])
            got = {(found.secret_start, found.secret_end) for found in pattern.near(text, ranges)}
            assert expected <= got, (name, text)


@pytest.mark.parametrize("width", range(0, 40, 3))
def test_an_option_of_several_words_is_found_behind_any_text(width):
    """Hyperscan lost ` -_pass` behind 15 bytes: a bounded repeat of what the literal before it ends with."""
    text = b" " * width + b" -_pass ,'tR7kq2Zx9Lmb' "
    for matcher in MATCHERS.values():
        assert [match.rule.id for match in matcher.scan(text).matches] == ["generic-long-option-secret"]


@pytest.mark.skipif(len(MATCHERS) == 1, reason="Hyperscan is not installed")
def test_the_fast_path_doubts_whatever_is_found():
    """A text in which any engine finds something is never called clean by the stored engine."""
    assert artifact.store_engine(RULES)
    stored = fast.open_stored()
    random = Random(1)  # noqa: S311
    for rule in RULES:
        text = next(texts(rule, random))
        if MATCHERS["keywords"].scan(text).matches:
            assert stored.doubtful(text), rule.id


@pytest.mark.parametrize(
    "before",
    ["\x1b[31m", "\x1b[1;32m", "\x1b[38;5;208m", "\x1b[m", "=3D", "=0A", "\\n", "%3D", "\\u003d", "\\x3d"],
)
def test_a_key_right_behind_an_escape_is_found(before):
    """Colour codes, quoted-printable and other escapes end in a letter or a digit that is not the key's."""
    rule = next(rule for rule in RULES if rule.id == "anthropic-api-key")
    text = b"log: " + before.encode() + example(rule, "{secret}", 1)[1] + b" end\n"
    for matcher in MATCHERS.values():
        assert [match.rule.id for match in matcher.scan(text).matches] == [rule.id]


@pytest.mark.parametrize("mark", [b"\xff\xfe", b"\xfe\xff"])
def test_a_false_byte_order_mark_hides_nothing(mark):
    """A text of single bytes behind the mark of UTF-16 is read as it stands."""
    rule = next(rule for rule in RULES if rule.id == "anthropic-api-key")
    data = mark + b"key = '" + example(rule, "{secret}", 1)[1] + b"'\n"
    assert MATCHERS["keywords"].scan(content_of(data).data).matches
    right = data[2:].decode().encode("utf-16-le" if mark == b"\xff\xfe" else "utf-16-be")
    assert MATCHERS["keywords"].scan(content_of(mark + right).data).matches


@pytest.mark.parametrize("name", MATCHERS)
def test_a_key_behind_thousands_of_escaped_slashes_is_decoded(name):
    """What JSON makes of each slash uses up no bound: an encoded key behind 30,000 of them is found."""
    rule = next(rule for rule in RULES if rule.id == "anthropic-api-key")
    key = example(rule, "{secret}", 1)[1]
    escaped = b"".join(b"\\u%04x" % code for code in key)
    text = b'"https:\\/\\/host\\/path\\/page",\n' * 10_000 + b'"' + escaped + b'"\n'
    result = MATCHERS[name].scan(text)
    assert [match.rule.id for match in result.matches] == [rule.id]
    assert result.limits == ()


@pytest.mark.parametrize("name", MATCHERS)
def test_a_bound_of_decoding_is_told(name, monkeypatch):
    """Where more looks encoded than is decoded, the scan says so."""
    monkeypatch.setattr(base64, "MOST_BASE64", 3)
    limits = MATCHERS[name].scan(b"\n".join([b64encode(b"api_key = 12345678901234567890")] * 9)).limits
    assert len(limits) == 1
    assert "only the first 3 were decoded" in limits[0]


@pytest.mark.parametrize("name", ["regex", "hyperscan"])
def test_neighbours_whose_search_ranges_touch_are_both_found(name):
    """A short rule whose keyword may stand anywhere in it: its hits share a range, and each has its match."""
    if name == "hyperscan":
        pytest.importorskip("hyperscan")
    rules = [rule_of(id="acme-key", pattern=r"[a-z]{0,5}_ak(?P<secret>[0-9]{6,8})", keywords=("_ak",), max_length=16)]
    text = b"_ak827163 _ak928374 _ak182736"
    assert [match.secret for match in build.matcher(rules, name).scan(text).matches] == [
        b"827163",
        b"928374",
        b"182736",
    ]


def _joined_texts():
    """Every rule's own example secrets, cut in two at each place of the first 20 bytes, as a program joins strings."""
    for rule in RULES:
        if not rule.prefix or not rule.template:
            continue
        secret = example(rule, "{secret}", 1)[0]
        for cut in range(len(rule.prefix) - 1, min(len(rule.prefix) + 12, len(secret) - 1)):
            yield rule, b'k = "' + secret[:cut] + b'" + "' + secret[cut:] + b'"\n'
            yield rule, b"k = '" + secret[:cut] + b"' '" + secret[cut:] + b"'\n"


@pytest.mark.skipif(len(MATCHERS) == 1, reason="Hyperscan is not installed")
def test_strings_in_two_pieces_are_found_by_both_engines_or_none():
    """Where a string is cut must not decide which engine sees the key in it: the trigger means the same for both."""
    stored = _stored()
    for rule, text in _joined_texts():
        results = {name: matcher.scan(text) for name, matcher in MATCHERS.items()}
        spans = [[(one.rule.id, one.secret, one.severity) for one in result.matches] for result in results.values()]
        assert spans[0] == spans[1], (rule.id, text)
        assert not spans[0] or stored.doubtful(text), (rule.id, text)


@pytest.mark.parametrize("prefix", ["ghp_", "vcp_", "AKIA"])
def test_a_key_cut_behind_its_prefix_is_found(prefix):
    """A short prefix that is no word gives a key away although the string ends some characters after it."""
    rule = next(one for one in RULES if one.prefix == prefix and one.template)
    secret = example(rule, "{secret}", 1)[0]
    for cut in range(len(prefix), len(prefix) + 8):
        text = b'k = "' + secret[:cut] + b'" + "' + secret[cut:] + b'"\n'
        for matcher in MATCHERS.values():
            assert rule.id in [match.rule.id for match in matcher.scan(text).matches], cut


def _stored():
    assert artifact.store_engine(RULES)
    return fast.open_stored()


@pytest.mark.parametrize("name", MATCHERS)
def test_a_keyword_alone_below_the_last_layer_is_no_bound(name):
    """Layers that are not decoded are told where something is in them, not where one prefilter has a hit."""
    text = b'api_key="' + token("pypi-AgENdGVzdC5weXBpLm9yZwIk{b64url:90}").encode() + b'"'
    for _ in range(3):
        text = b'api_key = "' + b64encode(text) + b'"'
    result = MATCHERS[name].scan(text)
    assert [match.rule.provider for match in result.matches] == ["PyPI"]
    assert result.limits == ()
    assert len(MATCHERS[name].scan(b'api_key = "' + b64encode(text) + b'"').limits) == 1
