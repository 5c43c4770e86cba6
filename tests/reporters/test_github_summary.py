"""The step summary within its limit."""

from __future__ import annotations

from helpers import reports

from keyscan.model.rule import Severity
from keyscan.reporters import github_summary
from keyscan.reporters.registry import render


def test_the_step_summary_keeps_within_a_mebibyte():
    """Of more findings than there is room for the most severe have a row, and the rest is counted."""
    findings = [reports.finding(i, severity=Severity.MEDIUM) for i in range(9000)]
    findings.append(reports.finding(9999, severity=Severity.CRITICAL))
    text = render("github-summary", reports.report(*findings))
    assert github_summary.MAX_BYTES * 0.9 < len(text.encode()) <= github_summary.MAX_BYTES
    rows = [line for line in text.splitlines() if line.startswith(("| critical | E", "| medium | E"))]
    assert rows[0].startswith("| critical")
    assert f"**{9001 - len(rows)} more findings" in text
    assert len(render("markdown", reports.report(*findings)).encode()) > github_summary.MAX_BYTES
