"""Reports from results: sorted, counted, complete, and without plaintext."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest
from helpers import reports

from keyscan.api import Scanner
from keyscan.model.blob import Skip
from keyscan.model.rule import Precision, Severity
from keyscan.scan.report import make_report, timed
from keyscan.scan.result import ScanOptions, ScanResult


@pytest.fixture(scope="module")
def matcher():
    """All rules."""
    return Scanner.default().matcher()


def made(matcher, *findings, options=None, **result):
    """The report on some findings."""
    result = ScanResult(findings=findings, **result)
    return make_report(result, matcher, options or ScanOptions(), timed(time.perf_counter()))


def test_in_order_and_each_once(matcher):
    """Findings of overlapping chunks are one; Skips are sorted too."""
    one, two = reports.finding(1), reports.finding(2)
    report = made(matcher, two, one, replace(two), skipped=[Skip("b", "x"), Skip("a", "y")])
    assert report.findings == (one, two)
    assert [skip.path for skip in report.skipped] == ["a", "b"]


def test_what_is_below_the_minimum_is_counted(matcher):
    """By severity and by precision, apart."""
    options = ScanOptions(min_severity=Severity.HIGH, min_precision=Precision.HIGH)
    findings = [
        reports.finding(1),
        reports.finding(2, severity=Severity.LOW),
        reports.finding(3, precision=Precision.LOW),
    ]
    report = made(matcher, *findings, options=options, hidden=5)
    assert (len(report.findings), report.hidden, report.imprecise) == (1, 6, 1)


def test_known_and_ignored_findings_are_apart(matcher):
    """By their status."""
    report = made(
        matcher, reports.finding(1), reports.finding(2, status="baseline"), reports.finding(3, status="ignored")
    )
    assert [len(part) for part in (report.findings, report.known, report.ignored)] == [1, 1, 1]


def test_only_the_rules_of_findings_are_in_it(matcher):
    """Those of hygiene findings too."""
    report = made(matcher, reports.finding(1, rule_id="anthropic-api-key"), reports.finding(2, rule_id="env-tracked"))
    assert set(report.rules) == {"anthropic-api-key", "env-tracked"}


def test_plaintext_leaves_only_where_it_was_asked_for(matcher):
    """`show_secrets` keeps it."""
    found = reports.finding(1, secret="PLAIN")
    assert made(matcher, found, options=ScanOptions(show_secrets=True)).findings[0].secret == "PLAIN"


def test_a_run_ends_now():
    """Its start and how long it took."""
    run = timed(time.perf_counter() - 2, "scan")
    assert run.command == "scan"
    assert 2 <= run.seconds < 3
    assert len(run.started) == len("2026-01-02T03:04:05")
