"""A fleet's state as numbers and lists."""

from __future__ import annotations

import pytest
from helpers import reports

from keyscan.errors import ExitCode
from keyscan.fleet.summary import Coverage, Place, Secret, Summary, age_of

WHOLE = Coverage(2, {"audited": 1, "empty": 1}, (), 0)
PARTLY = Coverage(2, {"audited": 1, "failed": 1}, ({"name": "x", "status": "failed", "reason": "gone"},), 3)


def secret(number: int, *owners: str, provider: str = "Example", new: bool = False) -> Secret:
    """A secret at one place."""
    return Secret((Place("repo", reports.historic(number, provider=provider), owners),), new)


def summary(*secrets: Secret, coverage=WHOLE, **changes) -> Summary:
    """The summary of a fleet."""
    return Summary(coverage, secrets, {"blobs": 1}, "now", **changes)


@pytest.mark.parametrize(
    ("made", "code"),
    [
        (summary(), ExitCode.CLEAN),
        (summary(coverage=PARTLY), ExitCode.INCOMPLETE),
        (summary(secret(1), coverage=PARTLY), ExitCode.FINDINGS),
        (summary(secret(1), interrupted=True), ExitCode.INTERRUPTED),
    ],
)
def test_the_exit_code(made, code):
    """Clean only where every repository was wholly read."""
    assert made.exit_code == code


def test_what_counts_as_covered():
    """Audited, unchanged and empty."""
    assert (WHOLE.covered, PARTLY.covered) == (2, 1)
    assert Coverage(3, {"unchanged": 2, "incomplete": 1}, (), 0).covered == 2


def test_ranks():
    """Most first, then by name; a secret counts for each owner; nobody is told."""
    made = summary(secret(1, "@a", "@b"), secret(2, "@b"), secret(3, provider="Zeta"))
    assert made.by_provider() == [("Example", 2), ("Zeta", 1)]
    assert made.by_owner() == [("@b", 2), ("@a", 1), ("nobody known", 1)]
    assert made.by_age() == [("up to a year", 3)]


@pytest.mark.parametrize(
    ("days", "name"),
    [(None, "no date"), (0, "up to a week"), (7, "up to a week"), (8, "up to a month"), (366, "more than a year")],
)
def test_ages(days, name):
    """Each bound belongs to the younger group."""
    assert age_of(days) == name


def test_owners_of_all_places():
    """Each once, those of the oldest place first."""
    places = (Place("a", reports.finding(1), ("@x",)), Place("b", reports.finding(1), ("@y", "@x")))
    assert Secret(places, new=False).owners == ("@x", "@y")
    assert Secret(places, new=False).days is None
