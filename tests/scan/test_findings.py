"""Findings made from matches: a bound for one text, and which of them a change adds."""

from __future__ import annotations

from helpers import reports
from helpers.tokens import token

from keyscan.api import Scanner
from keyscan.model.blob import Origin
from keyscan.model.finding import Location
from keyscan.scan import findings as made
from keyscan.scan.findings import is_added, only_added


def test_findings_beyond_the_limit_make_a_report_incomplete(monkeypatch):
    """What is cut off is named, and the report is not complete."""
    monkeypatch.setattr(made, "MAX_FINDINGS", 3)
    text = "\n".join(token("ghp_{alnum:30}{crc32-base62:ghp_}", str(number)) for number in range(5))
    report = Scanner.default().scan_text(text, "a.txt")
    assert len(report.findings) == 3
    assert [skip.reason for skip in report.skipped] == ["5 findings; only the 3 most severe are reported"]
    assert not report.complete


def test_a_finding_is_added_when_one_of_its_lines_is():
    """The lines of what belongs to it count too; without ranges every line does, and an archive has none."""
    finding = reports.finding(1, location=Location(4, 1, 6, 2))
    assert is_added(finding, [range(6, 8)])
    assert not is_added(finding, [range(7, 9)])
    assert is_added(finding, None)
    inside = reports.finding(1, origin=Origin("a.zip!/b", member="!/b"))
    assert is_added(inside, [])


def test_a_file_is_asked_for_its_new_lines_once():
    """Two findings in one file ask once."""
    asked = []

    def added(path):
        asked.append(path)
        return [range(2, 3)]

    kept = only_added([reports.finding(1), reports.finding(2)], added)
    assert [finding.location.line for finding in kept] == [2]
    assert asked == [b"src/app.py"]
