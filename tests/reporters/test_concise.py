"""One line for each finding."""

from __future__ import annotations

from helpers import reports

from keyscan.model.rule import Severity
from keyscan.reporters.registry import render


def test_concise_is_a_line_a_finding():
    """Place, severity, rule, redacted secret, fingerprint; most severe first."""
    lines = render(
        "concise", reports.report(reports.finding(1), reports.finding(2, severity=Severity.CRITICAL))
    ).splitlines()
    assert lines[0] == (
        "src/app.py:3:8: critical example-api-key ex-...[00000002] example-api-key:00000000000000000002"
    )
    assert len(lines) == 3
