"""A fleet's summary for a terminal."""

from __future__ import annotations

from helpers.fleet_summary import empty, full

from keyscan.fleet.reports import console


def test_coverage_comes_first():
    """All, or how many and why not the others."""
    assert console.render(empty(3)).startswith("Audited all of 3 repositories.\n\nNo secrets found.")
    lines = console.render(full()).splitlines()
    assert lines[0] == "Audited 2 of 4 repositories; 2 not wholly read, 1 left out by filters:"
    assert "  pending: y: not audited yet" in lines


def test_a_secret_and_where_else_it_is():
    """The oldest place, the number of others, its age and owners."""
    text = console.render(full())
    assert "2 secrets, 1 of them new since the last run:" in text
    assert "in a/one: old/gone.py:2 and 1 more repository, exposed for 200 days" in text
    assert "owners: @team" in text
    assert "By provider:\n  2  Example" in text


def test_long_lists_are_cut_and_counted(monkeypatch):
    """It names the formats that have all."""
    monkeypatch.setattr(console, "MOST", 1)
    text = console.render(full())
    assert "... and 1 more (--report csv=FILE or html=FILE names all)" in text


def test_names_do_not_act():
    """A repository's name from a forge is cleaned."""
    assert "\x1b" not in console.render(full())
