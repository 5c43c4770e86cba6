"""Counts by rule and severity."""

from __future__ import annotations

from helpers import reports

from keyscan.model.blob import Origin
from keyscan.model.finding import Location
from keyscan.reporters.registry import render


def test_statistics_count_findings_secrets_and_files():
    """A row for each rule, and the coverage."""
    findings = [
        reports.finding(number % 2, origin=Origin(f"{number}.py"), location=Location(1, 1, 1, 9)) for number in range(4)
    ]
    head, row, _, last = render("statistics", reports.report(*findings)).splitlines()
    assert head.split() == ["severity", "secrets", "places", "files", "rule"]
    assert row.split()[:5] == ["high", "2", "4", "4", "example-api-key"]
    assert last.startswith("keyscan: 2 secrets in 4 places: 2 high")


def test_the_statistics_option_is_the_format(run, tmp_path, anthropic_key):
    """`--statistics` shows the table; a format that was named wins."""
    (tmp_path / "a.py").write_text(f'key = "{anthropic_key}"\n')
    assert "anthropic-api-key (" in run("scan", "--statistics", cwd=tmp_path).out
    assert run("scan", "--statistics", "-f", "json", cwd=tmp_path).out.startswith("{")
