"""Which hits of provider names have a value within reach."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from keyscan.engine.prefilter.nearby_values import with_value

TARGETS = {1: (0, 6)}


def scan(data, match_event_handler=None):
    """A database of one value: `v` and a digit, not in the middle of a word."""
    for found in re.finditer(rb"\bv\d\b", data):
        match_event_handler(0, 0, found.end(), 0, None)


def kept(data: bytes, *hits):
    """What is left of hits in a text."""
    return with_value(list(hits), TARGETS, data, lambda part, **handler: scan(part, handler["match_event_handler"]))


def test_a_value_in_reach():
    """It must end behind the name, at most so many bytes further."""
    assert kept(b"name  v1", (1, 4)) == [(1, 4)]
    assert kept(b"name      v1", (1, 4)) == []
    assert kept(b"v1  name", (1, 8)) == []


def test_entries_that_need_no_value_are_kept():
    """Only named entries are asked for one."""
    assert kept(b"name", (2, 4), (1, 4)) == [(2, 4)]


def test_the_edge_of_a_window_is_no_boundary():
    """A value that goes on behind the reach is none."""
    assert kept(b"name   v12", (1, 4)) == []
    assert kept(b"name   v1 ", (1, 4)) == [(1, 4)]


@given(st.lists(st.sampled_from([b"name ", b" v1 ", b"xx", b" "]), max_size=20).map(b"".join))
def test_joined_windows_change_nothing(data):
    """Names near each other share a window, and each is judged as if alone."""
    hits = [(1, found.end()) for found in re.finditer(b"name", data)]
    alone = [hit for hit in hits if kept(data, hit)]
    assert sorted(kept(data, *hits)) == alone
