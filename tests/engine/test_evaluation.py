"""What becomes of a candidate: dropped, lowered, proved or paired."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers.tokens import token

from keyscan.engine import rule_check
from keyscan.engine.confirm import Pattern
from keyscan.engine.evaluation import Evaluator, reach_of
from keyscan.engine.filters.context import CONTEXT, NEIGHBOURHOOD
from keyscan.model.rule import Companion, Precision, Rule, Severity
from keyscan.ruleset.cache import load_rules

RULE = Rule(
    "acme-key",
    "Acme key",
    "Acme",
    "test",
    "(?P<secret>ghp_[A-Za-z0-9]{36})",
    ("ghp_",),
    Severity.HIGH,
    Precision.HIGH,
    60,
    prefix="ghp_",
)
PROVED = token("ghp_{alnum:30}{crc32-base62:ghp_}")
PAIR = replace(RULE, companion=Companion("id", "id=(?P<secret>[0-9]{6})", 40, severity=Severity.CRITICAL))


def evaluated(rule, text, path="a.py"):
    """The match of the first candidate of `rule` in `text`."""
    data = text.encode()
    return Evaluator([rule]).match(0, data, next(Pattern(rule.pattern, rule.max_length).all(data)), path)


@pytest.mark.parametrize(
    ("path", "severity"),
    [
        ("src/a.py", Severity.HIGH),
        ("tests/a.py", Severity.MEDIUM),
        ("examples/a.py", Severity.MEDIUM),
        ("node_modules/x/a.js", Severity.LOW),
        ("docs/a.md", Severity.HIGH),
    ],
)
def test_the_place_lowers_a_named_format(path, severity):
    """A key in a test or a sample is one severity lower, in others' code low."""
    assert evaluated(RULE, f"k = {PROVED}\n", path).severity == severity


def test_a_document_lowers_what_no_prefix_tells():
    """Half of such findings in documents are samples: medium at most, while a vendor's prefix is believed."""
    assert evaluated(replace(RULE, prefix=""), f"k = {PROVED}\n", "docs/a.md").severity == Severity.MEDIUM


@pytest.mark.parametrize(("rule_id", "severity"), [("aws-session-token", Severity.LOW), ("acme-key", Severity.HIGH)])
def test_a_token_in_an_expired_address_is_low(rule_id, severity):
    """What signs an address is worth nothing after its time; any other key in an address is one."""
    text = f"https://a.example.io/?X-Amz-Date=20200101T000000Z&X-Amz-Expires=60&X-Amz-Security-Token={PROVED}\n"
    assert evaluated(replace(RULE, id=rule_id), text).severity == severity


@pytest.mark.parametrize(
    ("rule_id", "host", "severity"),
    [
        ("npm-registry-token", "localhost:4873", Severity.LOW),
        ("npm-registry-token", "npm.corp.io", Severity.HIGH),
        ("acme-key", "127.0.0.1", Severity.HIGH),
    ],
)
def test_a_token_for_a_registry_on_this_machine_is_low(rule_id, host, severity):
    """Whoever reads it cannot reach the host that it is for; a vendor's key is worth the same everywhere."""
    text = f"//{host}/:_authToken={PROVED}\n"
    assert evaluated(replace(RULE, id=rule_id), text, ".npmrc").severity == severity


def test_a_checksum_proves_and_contradicts():
    """A right checksum makes a match sure wherever it stands; a wrong one makes it a sample."""
    rule = replace(RULE, checks=("crc32-base62",))
    proved = evaluated(rule, f"k = {PROVED}\n", "tests/a.py")
    assert (proved.severity, proved.precision) == (Severity.HIGH, Precision.VERY_HIGH)
    last = "A" if PROVED[-1] != "A" else "B"
    wrong = evaluated(rule, f"k = {PROVED[:-1]}{last}\n")
    assert (wrong.severity, wrong.precision) == (Severity.LOW, Precision.LOW)


@pytest.mark.parametrize("after", ["a", "Z", "0", "_", "-"])
def test_only_a_checksum_ends_a_token_where_text_goes_on(after):
    """What goes on behind a contradicted token is another, longer one."""
    rule = replace(RULE, checks=("crc32-base62",))
    last = "A" if PROVED[-1] != "A" else "B"
    assert evaluated(rule, PROVED[:-1] + last + after) is None
    assert evaluated(rule, PROVED + after).severity == Severity.HIGH


def test_a_placeholder_is_dropped():
    """What words and runs explain is no key."""
    assert evaluated(RULE, "k = ghp_" + "x" * 36) is None


def test_the_nearest_companion_is_taken():
    """A second half in reach raises the severity; the nearest of several is taken."""
    match = evaluated(PAIR, f"id=111111 {' ' * 20} id=222222 {PROVED} ")
    assert match.severity == Severity.CRITICAL
    assert match.companion_secret == b"222222"


def test_a_required_companion_decides():
    """Without it there is no match; where it is optional, the match stays as it is."""
    alone = f"id=222222{' ' * 60}{PROVED}"
    assert evaluated(PAIR, alone).severity == Severity.HIGH
    assert evaluated(replace(PAIR, companion=replace(PAIR.companion, required=True)), alone) is None


def test_the_reach_covers_context_and_companion():
    """Verdicts are cached by the bytes that they depend on."""
    assert reach_of(RULE) == CONTEXT
    assert reach_of(replace(RULE, filters="generic")) == NEIGHBOURHOOD
    assert reach_of(replace(PAIR, companion=replace(PAIR.companion, distance=5000))) == 5000


def test_a_named_format_whose_letters_follow_the_alphabet_is_low():
    """Somebody made it up: it is told, as tests hold such keys, and stops nobody, not even with its pair."""
    match = evaluated(PAIR, "k = ghp_" + "A1b2C3d4E5f6G7h8I9j0K1l2M3n4O5p6Q7r8 id=123456\n")
    assert (match.severity, match.precision) == (Severity.LOW, Precision.LOW)
    assert "its letters follow the alphabet" in match.evidence


# What filters take for a sign: the fence of a document, a test in a source, the description of an interface, an
# app's settings, a blockchain.
SIGNS = "\n```\n#[cfg(test)]\nmod tests {\nopenapi: 3.0.0\nexample: x\nauthDomain: firebaseapp.com\nsolana wallet\n"


@pytest.mark.parametrize("rule", load_rules(), ids=lambda rule: rule.id)
def test_nothing_counts_that_stands_further_off_than_the_engine_knows(rule):
    """What is kept of a match, and what of a history is scanned again, depends on this reach."""
    text = rule_check.example(rule, (rule.examples or ("{secret}",))[0], 3)[1].decode()
    far = "\n" + "x\n" * ((reach_of(rule) + len(text)) // 2 + 4)
    patterns = Pattern(rule.pattern, rule.max_length)
    told = []
    for before in ("", SIGNS):
        data = f"{before}{far}{text}{far}{before}".encode()
        found = [Evaluator([rule]).match(0, data, one, "src/a.py") for one in patterns.all(data)]
        told.append([(one.severity, one.precision, one.secret) for one in found if one])
    assert told[0] == told[1]
