"""GitLab's Code Quality array."""

from __future__ import annotations

import json

from helpers import reports

from keyscan.model.finding import Location
from keyscan.reporters.registry import render


def test_codequality_fingerprints_are_unique_and_stay_when_lines_move():
    """Occurrences of one secret in one file differ, and keep their fingerprints when all lines move."""
    same = {"fingerprint": "r:" + "a" * 20}

    def prints(shift: int) -> list[str]:
        found = [
            reports.finding(number, location=Location(number + shift, 1, number + shift, 9), **same)
            for number in (1, 2, 3)
        ]
        return [entry["fingerprint"] for entry in json.loads(render("codequality", reports.report(*found)))]

    assert len(set(prints(0))) == 3
    assert prints(0) == prints(40)
    severities = [entry["severity"] for entry in json.loads(render("codequality", reports.full()))]
    assert severities == ["blocker", "critical", "critical", "major"]
