"""A fleet's summary as one page in which nothing acts."""

from __future__ import annotations

import re

from helpers.fleet_summary import empty, full

from keyscan.fleet.reports import html


def test_nothing_is_fetched_and_no_script_may_run():
    """The policy allows its own styles only."""
    page = html.render(full())
    assert "default-src 'none'; style-src 'sha256-" in page
    assert "<script" not in page
    assert not re.findall(r'(?:src|href)="(?!https://|#)', page)


def test_names_are_text():
    """Markup and control characters of a name."""
    page = html.render(full())
    assert "x/&lt;b&gt;\\x1b[2J" in page
    assert "<b>" not in page


def test_what_was_not_read_and_what_is_new():
    """Headline, reasons, new secrets in a section of their own; an interruption is said."""
    page = html.render(full(interrupted=True))
    assert "Audited 2 of 4 repositories; 2 not wholly read" in page
    assert "New since the last run" in page
    assert "The run was interrupted" in page
    clean = html.render(empty(3))
    assert "Audited all of 3 repositories." in clean
    assert "Not wholly read" not in clean


def test_rows_are_bounded(monkeypatch):
    """A browser still shows the page, and the rest is counted."""
    monkeypatch.setattr(html, "MAX_ROWS", 1)
    assert html.render(full()).count("ex-...[00000002]") < html.render(full()).count("ex-...[0000000") + 1
