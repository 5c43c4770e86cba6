"""The outcome of a run, with its exit code."""

from __future__ import annotations

import pytest
from helpers import reports

from keyscan.errors import ExitCode
from keyscan.model.blob import Skip

UNREAD, SKIPPED = Skip("a", "unreadable", incomplete=True), Skip("b", "too large")


@pytest.mark.parametrize(
    ("report", "complete", "code"),
    [
        (reports.report(), True, ExitCode.CLEAN),
        (reports.report(skipped=(SKIPPED,)), True, ExitCode.CLEAN),
        (reports.report(skipped=(UNREAD,)), False, ExitCode.INCOMPLETE),
        (reports.report(reports.finding(), skipped=(UNREAD,)), False, ExitCode.FINDINGS),
        (reports.report(reports.finding()), True, ExitCode.FINDINGS),
        (reports.report(reports.finding(), interrupted=True), False, ExitCode.INTERRUPTED),
        (reports.report(known=(reports.finding(),), hidden=3), True, ExitCode.CLEAN),
    ],
)
def test_the_exit_code(report, complete, code):
    """Findings win over incomplete, an interruption over both; what is accepted does not count."""
    assert (report.complete, report.exit_code) == (complete, code)
