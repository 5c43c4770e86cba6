"""Summaries of fleets, made by hand."""

from __future__ import annotations

from helpers import reports

from keyscan.fleet.summary import Coverage, Place, Secret, Summary

MISSING = (
    {"name": "x/<b>\x1b[2J", "status": "failed", "reason": "=cmd"},
    {"name": "y", "status": "pending", "reason": ""},
)


def full(*, interrupted: bool = False) -> Summary:
    """A secret in two repositories, a new one, and two of four repositories that were not read."""
    both = (Place("a/one", reports.historic(1), ("@team",)), Place("b/two", reports.historic(1), ()))
    secrets = (Secret(both, new=False), Secret((Place("a/one", reports.historic(2), ()),), new=True))
    return Summary(Coverage(4, {"audited": 2, "failed": 1}, MISSING, 1), secrets, {"blobs": 9}, "now", interrupted)


def empty(count: int = 0) -> Summary:
    """So many repositories, all read, without a secret."""
    return Summary(Coverage(count, {"audited": count}, (), 0), (), {"blobs": 0}, "now")
