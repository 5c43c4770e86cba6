"""Checksums prove what a vendor makes and contradict what was altered."""

from __future__ import annotations

import base64

import pytest
from helpers.checked_tokens import ROWS
from helpers.tokens import token
from hypothesis import given, settings
from hypothesis import strategies as st

from keyscan.engine.checks import checksum
from keyscan.engine.checks.registry import CHECKS
from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.model.rule import Severity
from keyscan.ruleset import cache

seeds = st.integers(0, 10**9).map(str)


@pytest.mark.parametrize(("check", "template", "start"), ROWS)
@settings(max_examples=15, deadline=None)
@given(seed=seeds, data=st.data())
def test_one_changed_character_contradicts(check, template, start, seed, data):
    """No single change of a character that a checksum covers goes unseen."""
    text = token(template, seed)
    at = data.draw(st.integers(start, len(text) - 1))
    other = "Z" if text[at] != "Z" else "Y"
    assert CHECKS[check]((text[:at] + other + text[at + 1 :]).encode()) is not True


def test_the_account_in_an_aws_key_id():
    """A key id that holds an account of 12 digits is neither proved nor contradicted."""
    assert CHECKS["aws-key-id"](token("AKIA{aws-id}").encode()) is None


@pytest.fixture(scope="module")
def builtin():
    """The built-in rules by id."""
    return {rule.id: rule for rule in cache.load_rules([])}


def scan(rules, text):
    """The matches of some rules in a text."""
    return Matcher(rules, KeywordPrefilter(rules)).scan(text.encode()).matches


def test_a_wrong_checksum_is_low(builtin):
    """A GitHub token with an altered tail is reported as a likely sample, at low severity."""
    right = token("ghp_{alnum:30}{crc32-base62:ghp_}")
    wrong = right[:-1] + ("A" if right[-1] != "A" else "B")
    rules = [builtin["github-pat-classic"]]
    assert [match.severity for match in scan(rules, wrong)] == [Severity.LOW]
    assert [match.severity for match in scan(rules, right)] == [Severity.CRITICAL]


@pytest.mark.parametrize("check", [checksum.gitlab_routable, checksum.crc32_base62_maybe])
def test_what_may_lack_a_checksum_is_not_contradicted(check):
    """Forms older than the checksum, or never seen to fail, are at most proved."""
    assert check(token("glpat-{alnum:90}").encode()) is None


def test_what_stands_inside_of_a_key():
    """A Bedrock key names its user, a Discord token its bot, an AWS key id its account."""
    assert checksum.bedrock(b"ABSK" + base64.b64encode(b"BedrockAPIKey-robot:secret"))
    assert not checksum.bedrock(b"ABSK" + base64.b64encode(b"OtherKey:secret"))
    assert checksum.discord(base64.b64encode(b"123456789012345678") + b".x.y")
    assert not checksum.discord(base64.b64encode(b"1234") + b".x.y")
    assert checksum.aws_key_id(b"AKIA" + b"77777777" * 2) is False
