"""Findings by rule, secret and file."""

from __future__ import annotations

from helpers import reports

from keyscan.model.blob import Origin
from keyscan.model.rule import Severity
from keyscan.reporters.shared.grouping import by_path, by_rule, by_secret, distinct_first


def test_rules_by_severity_then_by_number_of_findings():
    """The worst finding decides; then the rule with most; then its id."""
    findings = [
        reports.finding(1, rule_id="b", severity=Severity.LOW),
        reports.finding(2, rule_id="a", severity=Severity.LOW),
        reports.finding(3, rule_id="many", severity=Severity.LOW),
        reports.finding(4, rule_id="many", severity=Severity.LOW),
        reports.finding(5, rule_id="worst", severity=Severity.CRITICAL),
        reports.finding(6, rule_id="worst", severity=Severity.INFO),
    ]
    groups = by_rule(findings)
    assert [group.rule_id for group in groups] == ["worst", "many", "a", "b"]
    assert groups[0].severity is Severity.CRITICAL
    assert by_rule([]) == []


def test_places_of_one_secret_are_together():
    """Its most severe place first, secrets in order of their worst."""
    here, there = (reports.finding(1, origin=Origin(name)) for name in ("a.py", "b.py"))
    worse = reports.finding(1, origin=Origin("z.py"), severity=Severity.CRITICAL)
    other = reports.finding(2, origin=Origin("0.py"))
    (group,) = by_rule([other, there, here, worse])
    assert group.secrets == ((worse, here, there), (other,))
    assert [one.origin.path for one in group.findings] == ["0.py", "a.py", "b.py", "z.py"]


def test_each_secret_comes_before_any_comes_twice():
    """The worst place of every secret, then the other places, each most severe first."""
    copies = [reports.finding(1, origin=Origin(name), severity=Severity.CRITICAL) for name in "bac"]
    low, high = reports.finding(2, severity=Severity.LOW), reports.finding(3)
    ordered = distinct_first([*copies, low, high])
    assert [(one.severity, one.origin.path) for one in ordered] == [
        (Severity.CRITICAL, "a"),
        (Severity.HIGH, "src/app.py"),
        (Severity.LOW, "src/app.py"),
        (Severity.CRITICAL, "b"),
        (Severity.CRITICAL, "c"),
    ]
    assert [len(places) for places in by_secret([*copies, low, high])] == [3, 1, 1]


def test_by_path_keeps_the_order():
    """Paths in the order of their first finding."""
    findings = [reports.finding(number, origin=Origin(name)) for number, name in enumerate(("a", "a", "b"))]
    assert [(path, len(found)) for path, found in by_path(findings)] == [("a", 2), ("b", 1)]
