"""Fingerprints of keyscan itself are no secrets; what only looks like one is."""

from __future__ import annotations

import pytest
from helpers.tokens import key

from keyscan.api import scan_text
from keyscan.cli import messages
from keyscan.ruleset.cache import load_rules

DIGITS = "9f2a6d885f28a0095f25"


def rules_of(text: str, name: str = "notes.txt") -> list[str]:
    """The rules that find something in a text."""
    return [finding.rule_id for finding in scan_text(text, name).findings]


@pytest.mark.parametrize("sign", ["", ":", ".", ",", ";", ")", "!", '"', "'", "`", "|", " sk-x in 1 path", "\t.env"])
def test_a_fingerprint_is_no_secret_whatever_follows(sign):
    """In a report, a sentence, a baseline or a configuration."""
    for rule in ("openai-project-api-key", "anthropic-api-key", "env-shared-secret", "generic-quoted-secret", "jwt"):
        assert rules_of(f"see {rule}:{DIGITS}{sign} and more\n") == []
        assert rules_of(f"{rule}:{DIGITS}{sign}\n") == []


def test_messages_name_every_rules_fingerprint():
    """A command that names a finding is of no use if its fingerprint is redacted."""
    texts = [f"{rule.id}:{DIGITS}: no finding with this fingerprint" for rule in load_rules()]
    assert [text for text in texts if messages.shown(text) != text] == []


@pytest.mark.parametrize(
    "name", ["password", "api-key", "api_key", "auth-token", "x-api-key", "db.password", "my-secret-key"]
)
def test_a_value_under_any_other_name_is_a_secret(name):
    """Twenty hexadecimal digits right behind a name and a colon were taken for a fingerprint."""
    assert rules_of(f"{name}:{DIGITS}\n", "app.yml") != []


def test_fingerprints_of_own_rules_are_known_in_a_baseline_only():
    """A baseline may hold rules of the user's own; elsewhere their ids are names like any other."""
    assert rules_of(f"acme-api-key:{DIGITS}\tsrc/app.py\n", ".keyscan-baseline") == []
    assert rules_of(f"acme-api-key:{DIGITS}\tsrc/app.py\n", "notes.yml") != []
    assert rules_of(f"key = '{key()}'\n", ".keyscan-baseline") == ["anthropic-api-key"]
