"""The badge of a key and the filter by its state."""

from __future__ import annotations

from helpers import reports

from keyscan.model.finding import Validity
from keyscan.model.rule import Severity
from keyscan.reporters.html import validity as html_validity
from keyscan.reporters.registry import render

LIVE = Validity("live", "", "", "api.example.org", "2026-01-01T00:00:00Z", (("user", "Ada"), ("plan", "pro")))


LIMITED = Validity("limited", "scope", "it lives, without permission for what was asked", "api.example.org", "")


def report(*states):
    """A report with a finding for each validity."""
    findings = [reports.finding(i, validity=state, severity=Severity.MEDIUM) for i, state in enumerate(states)]
    return reports.report(*findings)


def test_the_page_has_a_badge_and_a_filter():
    """The page filters by state, when there is one."""
    page = render("html", report(LIVE, LIMITED))
    assert '<select id="validity"><option value="">all</option><option>live</option><option>limited</option>' in page
    assert 'data-validity="live"' in page
    assert 'id="validity"' not in render("html", report(None))


def test_without_an_answer_there_is_nothing_to_show():
    """No badge, no attribute, no filter."""
    found = reports.finding(1)
    assert html_validity.validity_badge(found) == html_validity.validity_attribute(found) == ""
    assert html_validity.validity_filter([found]) == ""


def test_the_filter_offers_what_was_answered():
    """In the order of the states, each once."""
    found = [reports.finding(number, validity=state) for number, state in enumerate((LIMITED, LIVE, LIVE))]
    assert html_validity.validity_filter(found).count("<option>") == 2
    assert html_validity.validity_badge(found[0]) == '<br><span class="tag medium">limited (scope)</span>'
