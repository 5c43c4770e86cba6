"""What a finding means and what to do about it, step by step."""

from __future__ import annotations

import shlex
from dataclasses import replace

from helpers import reports
from helpers.matches import rule

from keyscan.model.rule import Companion
from keyscan.remediation import guidance


def test_why_a_rule_fires():
    """Keywords, names, checks, entropy, filters and the second half, then each piece of evidence once."""
    made = rule(
        context=("acme",),
        checks=("crc32-base62",),
        min_entropy=3.5,
        companion=Companion("acme-id", "x", 80, required=True),
    )
    lines = list(guidance.why(made, [reports.finding(1), reports.finding(2)]))
    assert lines[0] == "Looks for: x"
    assert any("The value has no format of its own" in line for line in lines)
    assert "Reported only with its acme-id within 80 bytes" in lines
    assert "Minimum entropy: 3.5 bits per character" in lines
    assert lines.count("Here: matches Example API key") == 1
    assert "Looks for: a, b, c, d, e, f, g, h ..." in list(guidance.why(rule(keywords=tuple("abcdefghi")), []))


def test_revoking_comes_before_cleaning():
    """A new key first, the old one revoked, then the history."""
    steps = list(guidance.steps(rule(env=("ACME_KEY",)), ["a", "b", "c", "d", "e", "f"]))
    order = [
        next(n for n, step in enumerate(steps) if word in step)
        for word in ("new key:", "Revoke", "Remove the old key", "history")
    ]
    assert order == sorted(order)
    assert any("ACME_KEY in the environment" in step for step in steps)
    assert any("a, b, c, d, e and more" in step for step in steps)


def test_a_key_that_is_public_by_design_is_not_revoked():
    """It is restricted where it was made."""
    (step,) = guidance.steps(replace(rule(), public=True), ["a"])
    assert "Nothing to revoke" in step


def test_commands_for_the_history():
    """Files of secrets leave it whole, others have the key replaced; hostile names are one word."""
    both = list(guidance.cleaning(["a b/.env", "src/app.py"]))
    whole = next(line for line in both if "--invert-paths" in line)
    assert shlex.split(whole)[-2:] == ["--path", "a b/.env"]
    assert any("--replace-text" in line for line in both)
    assert not any("--replace-text" in line for line in guidance.cleaning([".env"]))
    assert not any("--invert-paths" in line for line in guidance.cleaning(["src/app.py"]))
    assert both[-1] == "git push --mirror --force URL"
    odd = next(line for line in guidance.cleaning(["x; rm -rf ~/.env"]) if "--invert-paths" in line)
    assert shlex.split(odd)[-1] == "x; rm -rf ~/.env"
