"""The engine against a brute-force oracle, its two first passes against each other, and hostile input."""

from __future__ import annotations

import base64
import dataclasses
import time

import pytest
from helpers.matchers import RULES, matchers
from helpers.oracle import missed
from helpers.tokens import token
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyscan.engine import build
from keyscan.engine import rule_check as rulecheck
from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter import hyperscan as hyperscan_prefilter
from keyscan.engine.prefilter.entries import entries_of, width_of
from keyscan.engine.prefilter.hyperscan import HyperscanPrefilter
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.model.match import Match, Span
from keyscan.model.rule import Precision, Severity

BOTH = matchers()


def spans(result):
    """What two engines must agree on."""
    return [(m.rule.id, m.secret_start, m.secret_end, m.severity) for m in result.matches]


def snippet(number):
    """An example of a rule, chosen by number."""
    rule = RULES[number % len(RULES)]
    templates = rule.examples or ("{secret}",)
    return rulecheck.example(rule, templates[number % len(templates)], number % 7)[1]


texts = st.lists(
    st.one_of(
        st.integers(0, 10_000).map(snippet),
        st.integers(0, 10_000).map(lambda n: snippet(n)[: n % 40]),
        st.sampled_from(
            [b"\n", b" ", b"=", b'"', b"key: ", b"token = ", b"sk-", b"AKIA", b"-", b"_", b"\\n", b"x" * 30]
        ),
        st.binary(max_size=20),
    ),
    max_size=8,
).map(b"".join)


@pytest.mark.skipif(len(BOTH) < 2, reason="one engine only")
@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts)
def test_both_engines_find_the_same(text):
    """Whatever the text, the matches do not depend on the first pass."""
    assert spans(BOTH["hyperscan"].scan(text)) == spans(BOTH["keywords"].scan(text))


@pytest.mark.skipif(len(BOTH) < 2, reason="one engine only")
def test_both_engines_find_each_example_behind_other_text():
    """Hyperscan takes other ways through longer texts; one expression it compiled wrongly for them."""
    before = b"lorem ipsum dolor sit amet\n" * 12
    for number, rule in enumerate(RULES):
        for template in rule.examples or ("{secret}",):
            text = before + rulecheck.example(rule, template, number % 7)[1] + b"\n" + before
            assert spans(BOTH["hyperscan"].scan(text)) == spans(BOTH["keywords"].scan(text)), (rule.id, template)


@pytest.mark.parametrize(
    "path",
    [
        "{}.pem",
        "tests/{}.pem",
        "tests/{}.py",
        "docs/{}.md",
        "a_files/{}.html",
        ".github/{}.yml",
        "{}.env",
        "data/{}.json",
    ],
)
def test_a_path_that_is_no_unicode_ends_no_scan(path):
    """Each rule's example in each kind of place: filters that look at the path take any."""
    matcher = BOTH.get("hyperscan", BOTH["keywords"])
    for number, rule in enumerate(RULES):
        text = rulecheck.example(rule, (rule.examples or ("{secret}",))[0], number % 7)[1]
        matcher.scan(text, path=path.format("k\udcff\ud800"))


@pytest.mark.skipif(len(BOTH) < 2, reason="one engine only")
def test_each_example_in_a_binary_file_is_found_as_the_other_engine_finds_it(monkeypatch):
    """With the database of what counts there: named rules without a context, and encoded keys."""
    monkeypatch.setattr(hyperscan_prefilter, "WORTH_IT", 0)
    build.matcher(RULES, "hyperscan")  # stores it
    matcher = build.matcher(RULES, "hyperscan")
    found = set()
    for first in range(4):
        examples = [rulecheck.example(rule, (rule.examples or ("{secret}",))[0], first)[1] for rule in RULES[first::8]]
        parts = [text + b"\n\0" for text in examples]
        parts += [b"k=" + base64.b64encode(b" " + text + b" ") for text in examples[::5]]
        data = b"\x7fELF" + b"\0" * 400 + b"\0\n".join(parts)
        matches = spans(matcher.scan(data))
        assert matches == spans(BOTH["keywords"].scan(data)), first
        found |= {rule_id for rule_id, *_ in matches}
    assert matcher._prefilter._scan_binary is not matcher._prefilter._scan
    assert 100 < len(found) < len(RULES) // 2


@pytest.mark.parametrize("engine", sorted(BOTH))
def test_an_unmistakable_token_may_stand_behind_other_text(engine):
    """Settings pasted without the ends of their lines; a token with a short prefix there may be anything."""
    anthropic = token("sk-ant-api03-{b64url:93}AA", "glued")
    short = token("hf_{alpha:34}", "glued")
    found = BOTH[engine].scan(f"HOST=a8f{anthropic}\nHOST=a8f{short}\n".encode()).matches
    assert [match.rule.id for match in found] == ["anthropic-api-key"]


def test_a_match_that_moves_is_the_same_elsewhere():
    """All but its places."""
    match = Match(RULES[0], 1, 9, 2, 8, b"secret", Severity.LOW, Precision.LOW, ("why",), Span(12, 14), b"id", "base64")
    moved = match.moved(100)
    assert moved == dataclasses.replace(
        match, start=101, end=109, secret_start=102, secret_end=108, companion=Span(112, 114)
    )
    assert moved.moved(-100) == match
    assert all(getattr(match, field.name) != field.default for field in dataclasses.fields(match))


@pytest.mark.skipif(len(BOTH) < 2, reason="one engine only")
@pytest.mark.parametrize(
    "pattern",
    [
        r"[^\n]{0,300}acme(?P<secret>[a-z0-9]{20,40})",
        r"[a-z]{0,9}(?:bcme)?[^\n]{0,300}(?P<secret>[a-z]{0,5}acme[0-9a-z]{20,40})",
        r"acme[^\n]{0,200}?x?(?P<secret>[a-z0-9]{20,90})",
    ],
)
def test_a_rule_that_begins_with_anything(pattern):
    """A user's rule may be written so; no expression that matches nothing is given to Hyperscan."""
    rule = dataclasses.replace(
        RULES[0], id="acme", pattern=pattern, keywords=("acme",), max_length=400, category="custom", filters="none",
        prefix="", value="", context=(), one_line=False, checks=(), companion=None, min_entropy=0.0,
    )  # fmt: skip
    text = f"one line\nhello acme {token('acme{lowernum:24}', 'wide')}\nlast\n".encode()
    found = [
        spans(Matcher([rule], first).scan(text)) for first in (HyperscanPrefilter.of([rule]), KeywordPrefilter([rule]))
    ]
    assert found[0] == found[1]
    assert found[0]


def test_no_entry_looks_at_much_text():
    """In a history that much is looked at round every change: so the rest of a wide expression has its own."""
    assert max(width_of(entry) for entry in entries_of([r for r in RULES if r.category != "practice"])[0]) <= 180


def test_a_value_is_not_found_because_its_search_ends():
    """A value too long for its rule is none, wherever the part of the text that is searched ends within it."""
    long = token("{alnum:260}", "long")
    for before in range(0, 400, 7):
        text = f"{'password ' * 2}{'x' * before} --db-password {long}\n".encode()
        for matcher in BOTH.values():
            assert "generic-long-option-secret" not in [match.rule.id for match in matcher.scan(text).matches], before


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(texts)
def test_the_oracle_finds_nothing_more(text):
    """Every secret that a rule's bare expression finds in the whole text is in a confirmed candidate's place."""
    matcher = BOTH.get("hyperscan", BOTH["keywords"])
    assert list(missed(matcher, RULES, text)) == []


MB = 1 << 20
# What is linear in one size is so in another: a MB takes 2 seconds at most.
SIZE = 2 * MB
NASTY = {
    "one line": b"a" * SIZE,
    "all equals": b"=" * SIZE,
    "all base64": (b"QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVphYmNkZWZnaGlqa2xtbm9wcXJzdHV2d3h5eg" * 30_000)[:SIZE],
    "nested quotes": b"\"'" * (SIZE // 2),
    "keywords only": b"mistral_api_key" * (SIZE // 15),
    "prefixes only": b"sk-ant-api03-" * (SIZE // 13),
    "assignments": b'api_key = "' * (SIZE // 11),
    "pem heads": b"-----BEGIN PRIVATE KEY-----\n" * (SIZE // 28),
    "spaces": b"token" + b" " * SIZE,
    "braces": b"{" * SIZE,
    "zeroes": b"\0" * SIZE,
    "escapes": b"\\u0041" * (SIZE // 6),
}


@pytest.mark.parametrize("name", NASTY)
def test_pathological_input_is_done_in_time(name):
    """2 MB of each nasty kind end, either scanned or given up and said so, within a bound that no hang meets."""
    matcher = BOTH.get("hyperscan", BOTH["keywords"])
    started = time.process_time()
    matcher.scan(NASTY[name])
    assert time.process_time() - started < 24


@pytest.mark.parametrize("engine", sorted(BOTH))
@pytest.mark.parametrize(
    ("template", "rule_id"),
    [
        ("sk-ant-api03-{b64url:93}AA", "anthropic-api-key"),
        ("sk-{alnum:20}T3BlbkFJ{alnum:20}", "openai-legacy-api-key"),
        ("gsk_{alnum:20}WGdyb3FY{alnum:24}", "groq-api-key"),
    ],
)
def test_a_marked_token_ends_where_the_next_record_of_a_database_begins(engine, template, rule_id):
    """The next record's first bytes may be letters, but in text a letter more makes it another token."""
    secret = token(template, "ends").encode()
    found = BOTH[engine].scan(b"\x02\x17 " + secret + b"G\x02\x05next").matches
    assert [(match.rule.id, match.secret) for match in found] == [(rule_id, secret)]
    assert not [match for match in BOTH[engine].scan(b'x = "' + secret + b'G"\n').matches if match.rule.id == rule_id]


@pytest.mark.parametrize("engine", sorted(BOTH))
def test_of_an_outer_and_a_decoded_match_the_surer_is_kept(engine):
    """A short-term Bedrock key is base64 of an address that holds a session token: the key is what was issued."""
    address = "bedrock.amazonaws.com/?Action=CallWithBearerToken&X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Security-Token="
    inner = address + token("IQoJb3JpZ2luX2Vj{alnum:600}", "inner") + "&Version=1"
    secret = "bedrock-api-key-" + base64.b64encode(inner.encode()).decode()
    found = BOTH[engine].scan(f"AWS_BEARER_TOKEN_BEDROCK={secret}\n".encode()).matches
    assert [(match.rule.id, match.severity) for match in found] == [("aws-bedrock-api-key-short", Severity.HIGH)]
