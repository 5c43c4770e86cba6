"""The rows of the page's table of findings."""

from __future__ import annotations

from helpers import reports

from keyscan.model.blob import Origin
from keyscan.reporters.html import rows
from keyscan.reporters.shared import rule_summary


def row_of(*findings) -> str:
    """The row of one secret's places."""
    report = reports.report(*findings)
    return rows.secret_row(findings, 7, rule_summary.summaries(report)[findings[0].rule_id], report)


def test_a_row_has_the_worst_place_and_what_is_sorted_by():
    """Place, severity, provider and number are attributes; a single place has no list of others."""
    row = row_of(reports.finding(1))
    assert row.startswith('<tr data-at="7" data-severity="3" data-what="Example API key" data-path="src/app.py"')
    assert "src/app.py:2:8" in row
    assert "other place" not in row


def test_other_places_are_listed_up_to_a_limit():
    """Names do not act, and what has no room is counted."""
    copies = [reports.finding(1, origin=Origin(f"<b>{number:04}")) for number in range(rows.MAX_PLACES + 3)]
    row = row_of(*copies)
    assert f"and in {rows.MAX_PLACES + 2} other places" in row
    assert row.count("&lt;b&gt;") == rows.MAX_PLACES + 2  # the first place twice: in its attribute and as text
    assert "<li>and 2 more</li>" in row
