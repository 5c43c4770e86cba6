"""A fleet's summary as rows."""

from __future__ import annotations

import csv as reader
import io

from helpers.fleet_summary import empty, full

from keyscan.fleet.reports import csv


def rows(summary):
    """The rows of a report."""
    return list(reader.DictReader(io.StringIO(csv.render(summary), newline="")))


def test_a_row_for_each_place_and_for_each_repository_that_is_missing():
    """Told apart by their type."""
    made = rows(full())
    assert [row["type"] for row in made] == ["secret", "secret", "secret", "not-covered", "not-covered"]
    assert [row["repository"] for row in made[:3]] == ["a/one", "b/two", "a/one"]
    assert (made[0]["owners"], made[2]["new"], made[0]["exposed_days"]) == ("'@team", "True", "200")
    assert rows(empty()) == []


def test_no_cell_is_a_formula():
    """Names and reasons are others' text."""
    assert rows(full())[3]["reason"] == "'=cmd"
    assert "\x1b" not in csv.render(full())
