"""JUnit: findings are failed tests."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from helpers import reports

from keyscan.reporters.registry import render


def test_junit_counts_findings_as_failures_and_unread_files_as_errors():
    """The counts equal the elements; a clean run has one test, which passes."""
    suite = ET.fromstring(render("junit", reports.full())).find("testsuite")  # noqa: S314 - our own text
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("5", "4", "1")
    assert len(suite.findall("testcase/failure")) == 4
    assert len(suite.findall("testcase/error")) == 1
    clean = ET.fromstring(render("junit", reports.report())).find("testsuite")  # noqa: S314
    assert [case.get("name") for case in clean.findall("testcase")] == ["no secrets found"]
    assert clean.get("failures") == "0"
