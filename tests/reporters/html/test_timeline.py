"""The timeline of exposure, whatever dates commits claim."""

from __future__ import annotations

import pytest
from helpers import reports

from keyscan.model.blob import Origin
from keyscan.model.finding import Provenance
from keyscan.reporters.html import timeline
from keyscan.reporters.registry import render


@pytest.mark.parametrize(
    "date", ["not a date", "", "9999-99-99", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59-23:59"]
)
def test_a_date_that_cannot_be_is_none(date):
    """A commit may claim any date: the page is made all the same."""
    found = reports.finding(origin=Origin("a.py", commit="a" * 40, date=date), provenance=Provenance(first_seen=date))
    assert "a.py" in render("html", reports.report(found))


def test_a_date_after_the_scan_counts_no_day():
    """A commit from the future has been exposed for no day."""
    found = reports.finding(origin=Origin("a.py", commit="a" * 40, date="2030-01-01T00:00:00+00:00"))
    period = timeline.exposure_period(found, reports.report(found))
    assert period is not None
    assert period.days == 0
    assert "0 days, <time>since 2030-01-01</time>" in render("html", reports.report(found))


def test_bars_are_one_a_secret_from_its_first_commit(monkeypatch):
    """The most severe first; over the limit the rest is counted."""
    monkeypatch.setattr(timeline, "MAX_BARS", 2)
    found = [reports.historic(number) for number in range(3)]
    again = reports.historic(0, origin=Origin("z.py", commit="d" * 40, date="2025-05-01T00:00:00+00:00"))
    page = "\n".join(timeline.section(reports.report(*found, again)))
    assert page.count("<svg") == 2
    assert "1 more have no bar here" in page
    assert 'class="gone"' in page
    assert "\n".join(timeline.section(reports.report(reports.finding(1)))) == ""
