"""A secret at its place, complete and redacted."""

from __future__ import annotations

from helpers import reports

from keyscan.model.blob import Origin
from keyscan.model.finding import Location


def test_order_is_by_place_then_rule():
    """The same findings are in one order, however they were found."""
    ordered = [
        reports.finding(0, origin=Origin("a"), location=Location(1, 2, 1, 3)),
        reports.finding(0, origin=Origin("a"), location=Location(1, 10, 1, 12)),
        reports.finding(0, origin=Origin("a"), location=Location(2, 1, 2, 2)),
        reports.finding(0, origin=Origin("a"), location=Location(2, 1, 2, 2), rule_id="z"),
        reports.finding(0, origin=Origin("b"), location=Location(1, 1, 1, 2)),
    ]
    assert sorted([*ordered[2:], *ordered[:2]], key=lambda one: one.sort_key) == ordered


def test_plaintext_is_not_shown():
    """The representation of a finding holds no secret."""
    assert "PLAIN" not in repr(reports.finding(secret="PLAIN"))


def test_what_a_marker_ignores():
    """Only a marker in the text itself, not an ignore of the configuration."""
    assert reports.finding(status="ignored", status_reason="inline marker: a sample").inline
    assert not reports.finding(status="ignored", status_reason="path docs/** is ignored").inline
    assert not reports.finding(status_reason="inline").inline
