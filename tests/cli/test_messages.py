"""What commands say holds no secret and no character that acts."""

from __future__ import annotations

import re

import pytest
from helpers.paths import ROOT
from helpers.tokens import token

from keyscan.cli import messages
from keyscan.ruleset.cache import load_rules

KEY = token("sk-ant-api03-{b64url:93}AA")


def test_a_secret_is_redacted_and_a_control_escaped():
    """In a line and over several: a name's line end is an escape, a private key of some lines one token."""
    shown = messages.shown(f"a\x1b[2J {KEY}", "::error::x")
    assert KEY[20:40] not in shown
    assert "\x1b" not in shown
    assert "\n::" not in shown
    key = token("-----BEGIN RSA PRIVATE KEY-----\n{b64:64}\n{b64:64}\n-----END RSA PRIVATE KEY-----").split("\n")
    assert not [line for line in key[1:3] if line[8:40] in messages.shown(*key)]
    assert messages.shown(f"a\n{KEY[:3]}") == f"a\\n{KEY[:3]}"


@pytest.mark.parametrize(
    "text", [token("postgres://ada:{alnum:4}!{alnum:6}@db.acme.io/x"), "password = 'aB3!xY9$kL2@'", f"--{KEY}"]
)
def test_no_shape_of_a_secret_is_passed_over(text):
    """Short passwords and such with signs are looked at too."""
    assert "[keyscan:" in messages.shown(text)


@pytest.mark.parametrize(
    "template",
    ["glagent-{b64url:49}a", "SG.{b64url:22}.{b64url:43}", "xoxb-{digits:12}-{digits:12}-{alnum:24}"],
)
def test_a_secret_that_an_expression_escapes_is_redacted(template):
    """Commands show expressions of configurations, in which signs stand behind backslashes."""
    secret = token(template)
    text = messages.shown(f"values = ['{re.escape(secret)}']")
    assert secret[-20:] not in text
    assert "values = [" in text
    assert messages.shown(r"values = ['a\.b\-c']") == r"values = ['a\.b\-c']"


def test_what_cannot_be_judged_is_not_shown(monkeypatch):
    """Without a redactor words stay, and whatever may be a secret goes."""

    def crash():
        raise RuntimeError

    monkeypatch.setattr(messages, "_redactor", crash)
    said = messages.shown(f"keyscan: {KEY}: RuntimeError at main.py:74; nothing is clean")
    assert said == "keyscan: [...] RuntimeError at main.py:74; nothing is clean"


def test_our_own_rules_are_shown_as_they_are():
    """No expression of a built-in rule looks like a secret to the others."""
    patterns = [rule.pattern for rule in load_rules()]
    changed = [pattern for pattern in patterns if messages.without_secrets(pattern) != pattern]
    assert changed == []


def test_commands_print_through_this_module():
    """No other module of the command line echoes, but for texts that are our own."""
    own = {"messages.py", "man.py", "completion.py", "main.py"}
    modules = [file for file in (ROOT / "keyscan" / "cli").rglob("*.py") if file.name not in own]
    assert len(modules) > 40
    words = ("click.echo(", "click.secho(", "click.confirm(", "click.prompt(", "print(")
    offenders = [file.name for file in modules for word in words if f" {word}" in file.read_text("utf-8")]
    assert offenders == []
