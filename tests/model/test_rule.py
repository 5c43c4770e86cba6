"""Severities and precisions of rules."""

from __future__ import annotations

from keyscan.model.rule import Precision, Severity


def test_they_are_ordered():
    """So that a minimum can be compared with."""
    assert sorted(Severity) == [Severity.INFO, Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL]
    assert Precision.LOW < Precision.MEDIUM < Precision.HIGH < Precision.VERY_HIGH


def test_labels_are_what_users_write():
    """Lower case, with hyphens, each another."""
    assert [one.label for one in Severity] == ["info", "low", "medium", "high", "critical"]
    assert Precision.VERY_HIGH.label == "very-high"
    assert len({one.label for one in Precision}) == len(Precision)
