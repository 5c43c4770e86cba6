"""Annotations for GitHub Actions."""

from __future__ import annotations

from helpers import reports

from keyscan.model.blob import Origin, Skip
from keyscan.model.rule import Severity
from keyscan.reporters import github
from keyscan.reporters.registry import render


def test_github_annotations_stay_within_a_steps_ten():
    """Of many findings the ten most severe are annotated, and a plain line says how many are not."""
    findings = [reports.finding(i, severity=Severity.MEDIUM) for i in range(20)]
    findings.append(reports.finding(30, severity=Severity.CRITICAL))
    lines = render("github", reports.report(*findings)).splitlines()
    assert sum(line.startswith("::") for line in lines) == github.MAX_ANNOTATIONS
    assert lines[0].startswith("::error file=src/app.py,line=31,endLine=31,col=8,endColumn=48,title=keyscan%3A Example")
    assert lines[1].startswith("::warning ")
    assert "11 more findings have no annotation" in lines[-2]
    assert lines[-1].startswith("keyscan: 21 findings")


def test_a_key_in_many_files_leaves_room_for_the_others():
    """Each secret has an annotation before one has a second."""
    copies = [reports.finding(1, origin=Origin(f"{number:02}.py"), severity=Severity.CRITICAL) for number in range(20)]
    lines = render("github", reports.report(*copies, reports.finding(2, severity=Severity.MEDIUM))).splitlines()
    assert lines[0].startswith("::error file=00.py,")
    assert lines[1].startswith("::warning file=src/app.py,")
    assert lines[-1].startswith("keyscan: 2 secrets in 21 places: 1 critical, 1 medium")


def test_github_annotations_escape_what_would_end_a_property():
    """Commas, colons, percents and line ends of a name stay inside the property."""
    line = render("github", reports.report(reports.finding(origin=Origin("a,b:c%0A::x\n.py")))).splitlines()[0]
    assert line.startswith(r"::error file=a%2Cb%3Ac%250A%3A\x3ax\n.py,line=1,")


def test_a_github_scan_that_is_incomplete_says_so():
    """What was asked for and not read is an annotation of its own."""
    text = render("github", reports.report(skipped=(Skip("a", "unreadable", incomplete=True),)))
    assert text.startswith("::error title=keyscan%3A incomplete::1 not read, first a: unreadable\n")
