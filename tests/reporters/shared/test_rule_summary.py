"""What a report knows of each kind of secret, and the words that explain it."""

from __future__ import annotations

from dataclasses import replace

from helpers import reports

from keyscan.model.rule import Help, Severity
from keyscan.reporters.shared import rule_summary
from keyscan.reporters.shared.rule_summary import GENERIC, WEAKNESS, importance, summaries


def kind(**changes):
    """The kind of a finding."""
    found = reports.finding(1, **changes)
    return summaries(reports.report(found))[found.rule_id]


def test_kinds_of_new_known_and_ignored_findings():
    """By rule id; the severity is the worst of rule and findings."""
    made = summaries(reports.full())
    assert list(made) == sorted(made)
    assert made["example-api-key"].severity is Severity.CRITICAL
    assert made["other"].severity is Severity.MEDIUM


def test_order_for_a_reader():
    """Most severe first; a provider's before a generic one; then by place."""
    generic = reports.finding(1, provider=GENERIC)
    own, worst = reports.finding(2), reports.finding(3, severity=Severity.CRITICAL)
    assert sorted([generic, own, worst], key=importance) == [worst, own, generic]


def test_help_has_steps_link_and_what_to_do_with_a_false_alarm():
    """In plain text and in Markdown."""
    text = rule_summary.help_text(kind())
    for part in ("1. Create a new key.", "EXAMPLE_API_KEY", "Revoke it here: https://console", "keyscan:allow"):
        assert part in text
    assert "Revoke it here: <https://console.example.org/keys>" in rule_summary.help_markdown(kind())


def test_a_rule_without_help_still_says_what_to_do():
    """A general step, and a page on the weakness."""
    bare = kind(help=Help(), env=())
    assert list(rule_summary.steps(bare)) == ["Create a new one, store it where the program runs, revoke the old one."]
    assert bare.url == WEAKNESS


def test_findings_on_how_secrets_are_kept_have_nothing_to_revoke():
    """Hygiene: neither the history's warning nor a general step."""
    bare = replace(kind(help=Help()), provider="keyscan")
    assert not bare.secret
    assert list(rule_summary.steps(bare)) == []
    assert "history" not in rule_summary.help_text(bare)


def test_links_of_rule_files():
    """Only a web address becomes one."""
    assert rule_summary.link("https://x.example") == "<https://x.example>"
    assert rule_summary.link("javascript:x") == "`javascript:x`"
