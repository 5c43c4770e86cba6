"""The report as Markdown: a summary, a table, what to do, and the coverage."""

from __future__ import annotations

from helpers import reports

from keyscan.model.blob import Origin, Skip
from keyscan.model.rule import Severity
from keyscan.reporters import markdown


def test_the_most_severe_have_the_first_rows():
    """Rows are in order of severity, each with its place and fingerprint."""
    text = markdown.render(reports.report(reports.finding(1), reports.finding(2, severity=Severity.CRITICAL)))
    rows = [line for line in text.splitlines() if "`example-api-key:" in line]
    assert [row.split(" | ")[0] for row in rows] == ["| critical", "| high"]
    assert "`src/app.py:3:8`" in rows[0]


def test_a_secret_in_many_places_has_one_row():
    """Its worst place, the first few others by name, and how many there are; the summary counts both."""
    copies = [reports.finding(1, origin=Origin(f"{number:02}.py")) for number in range(55)]
    text = markdown.render(reports.report(*copies))
    (row,) = [line for line in text.splitlines() if "`example-api-key:" in line]
    assert "`00.py:2:8` and in 54 other places: `01.py:2:8`, `02.py:2:8`, `03.py:2:8` and 51 more |" in row
    assert "| high | 1 | 55 |" in text


def test_a_name_cannot_end_its_cell():
    """Pipes and backticks of a path stay in its cell."""
    text = markdown.render(reports.report(reports.finding(origin=Origin("a|b`c.py"))))
    (row,) = [line for line in text.splitlines() if "example-api-key:" in line]
    assert r"a\|b" in row
    assert row.replace(r"\|", "").count("|") == 7


def test_a_limit_keeps_the_most_severe_and_counts_the_rest():
    """In a small document rows are left out, and it says how many."""
    many = [reports.finding(number, severity=Severity.MEDIUM) for number in range(200)]
    text = markdown.document(reports.report(*many, reports.finding(999, severity=Severity.CRITICAL)), 8000)
    assert len(text.encode()) <= 8000
    rows = [line for line in text.splitlines() if "`example-api-key:" in line]
    assert rows[0].startswith("| critical")
    assert f"**{201 - len(rows)} more findings" in text


def test_a_clean_report_has_neither_table_nor_steps():
    """Only the summary, and notes on the coverage where there are some."""
    text = markdown.render(reports.report(skipped=(Skip("big.bin", "too large"),)))
    assert "## Findings" not in text
    assert "## What to do" not in text
    assert "`big.bin`: Skipped: too large" in text
