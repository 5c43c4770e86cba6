"""Names that are near a misspelt one."""

from __future__ import annotations

from keyscan.support.suggestions import did_you_mean, nearest


def test_the_nearest_name():
    """A slip is understood, another word is not."""
    known = ["severity", "precision", "exclude"]
    assert nearest("severty", known) == "severity"
    assert nearest("colour", known) is None
    assert nearest("x", []) is None
    assert nearest("exc", known, cutoff=0.5) == "exclude"


def test_the_end_of_a_message():
    """The question, or what else was given."""
    assert did_you_mean("exclud", ["exclude"]) == "; did you mean exclude?"
    assert did_you_mean("colour", ["exclude"], "; see the list") == "; see the list"
