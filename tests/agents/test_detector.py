"""Where secrets are in a text, as a redactor needs it."""

from __future__ import annotations

import pickle
from threading import Thread

import pytest
from helpers.agent_events import key
from helpers.tokens import token

from keyscan.agents.detector import Detector
from keyscan.errors import RuleError
from keyscan.model.rule import Severity


def test_secrets_with_their_spans_and_tokens():
    """In order; the same secret has the same token, another has another."""
    one, two = key("1"), key("2")
    data = f"a = {one}\nb = {two}\nc = {one}\n".encode()
    found = Detector().find(data)
    assert [data[secret.start : secret.end].decode() for secret in found] == [one, two, one]
    assert found[0].token == found[2].token != found[1].token
    assert found[0].token.startswith("[keyscan:anthropic-api-key:")


def test_tokens_depend_on_the_salt():
    """So that nobody can compare them across users."""
    data = key().encode()
    assert Detector(salt="a").find(data)[0].token != Detector(salt="b").find(data)[0].token


def test_clean_texts_and_minimum_severity():
    """Nothing, and only what is severe enough."""
    assert Detector().find(b"") == []
    assert Detector().find(b"x = 1\n" * 100) == []
    assert Detector(min_severity=Severity.CRITICAL + 1).find(key().encode()) == []


def test_a_rule_that_is_disabled_and_rules_of_ones_own(tmp_path):
    """They count as in any scan; a file that is not there is an error."""
    assert Detector(disable=("anthropic-api-key",)).find(key().encode()) == []
    file = tmp_path / "own.toml"
    file.write_text("[[rules]]\nid = 'acme-key'\npattern = '(?P<secret>acme_[a-z0-9]{20})'\nseverity = 'high'\n")
    found = Detector(rule_files=(str(file),)).find(token("acme_{lowernum:20}").encode())
    assert [secret.rule.id for secret in found] == ["acme-key"]
    with pytest.raises(RuleError):
        Detector(rule_files=(str(tmp_path / "gone.toml"),)).find(b"x" * 100)


def test_it_travels_and_serves_several_threads():
    """A copy in another process is the same; threads wait for each other."""
    detector = pickle.loads(pickle.dumps(Detector(salt="s")))  # noqa: S301 - what was just made
    results = []
    threads = [Thread(target=lambda: results.append(len(detector.find(key().encode())))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert results == [1] * 4


def test_plaintext_is_in_no_representation():
    """A secret knows its place, not its value."""
    assert key() not in repr(Detector().find(key().encode()))
