"""What to do about the findings of a report: each set of steps once."""

from __future__ import annotations

from helpers import reports

from keyscan.model.rule import Help
from keyscan.reporters.html import guidance
from keyscan.reporters.shared.rule_summary import summaries


def section(*findings) -> str:
    """The section's HTML."""
    report = reports.report(*findings)
    return "\n".join(guidance.section(report, summaries(report)))


def test_rules_with_the_same_steps_share_a_section():
    """All their names are targets of links."""
    text = section(reports.finding(1), reports.finding(2, rule_id="other-key", rule_name="Other key"))
    assert text.count("<section") == 1
    assert 'id="kind-example-api-key"' in text
    assert '<span id="kind-other-key">Other key</span>' in text


def test_other_steps_are_a_section_of_their_own():
    """Each with its steps in order and its link."""
    text = section(reports.finding(1), reports.finding(2, rule_id="b", rule_name="B", help=Help(steps=("Do <it>.",))))
    assert text.count("<section") == 2
    assert "<li>Do &lt;it&gt;.</li>" in text
    assert 'href="https://console.example.org/keys"' in text


def test_nothing_found_nothing_to_do():
    """No heading without findings."""
    assert section() == ""
