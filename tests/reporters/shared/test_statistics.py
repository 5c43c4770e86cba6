"""Counts by rule and severity, as a table."""

from __future__ import annotations

from helpers import reports

from keyscan.model.blob import Origin
from keyscan.model.rule import Severity
from keyscan.reporters.shared.grouping import by_rule
from keyscan.reporters.shared.statistics import table
from keyscan.reporters.shared.terminal import Paint


def test_a_row_for_each_rule():
    """Distinct secrets, their places and files, most severe first."""
    findings = [
        *(reports.finding(1, origin=Origin(name)) for name in ("a", "b", "b")),
        reports.finding(2, rule_id="other", rule_name="Other", severity=Severity.CRITICAL),
    ]
    head, *rows = table(by_rule(findings), Paint(on=False))
    assert head.split() == ["severity", "secrets", "places", "files", "rule"]
    assert [row.split()[:4] for row in rows] == [["critical", "1", "1", "1"], ["high", "1", "3", "2"]]
    assert rows[0].endswith("other (Other)")


def test_names_do_not_act():
    """A rule's name from a file of others is cleaned."""
    rows = list(table(by_rule([reports.finding(rule_name="x\x1b[31m")]), Paint(on=False)))
    assert "\x1b" not in "".join(rows)
