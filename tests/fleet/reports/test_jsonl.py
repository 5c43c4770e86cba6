"""A fleet's summary as lines of JSON."""

from __future__ import annotations

import json

from helpers.fleet_summary import empty, full

from keyscan.fleet.reports import jsonl


def lines(summary):
    """The lines of a report."""
    return [json.loads(line) for line in jsonl.render(summary).splitlines()]


def test_coverage_then_what_is_missing_then_secrets():
    """Each line has its type; a secret has all its places."""
    made = lines(full())
    assert [line["type"] for line in made] == ["coverage", "not-covered", "not-covered", "secret", "secret"]
    assert (made[0]["asked"], made[0]["covered"], made[0]["complete"], made[0]["blobs"]) == (4, 2, False, 9)
    assert [place["repository"] for place in made[3]["places"]] == ["a/one", "b/two"]


def test_complete_only_where_all_was_read():
    """An interruption counts too."""
    assert lines(empty(2))[0]["complete"] is True
    assert lines(full(interrupted=True))[0]["complete"] is False
