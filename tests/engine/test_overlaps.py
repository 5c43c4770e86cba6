"""One match a secret where several rules claim it."""

from __future__ import annotations

import dataclasses
from itertools import pairwise

import pytest
from helpers.matches import match
from hypothesis import given
from hypothesis import strategies as st

from keyscan.engine.overlaps import place_of, without_overlaps
from keyscan.model.match import Span
from keyscan.model.rule import Precision, Severity

TEXT = b"0123456789abcdef"


def at(start: int, end: int, rule_id: str = "a", **rule):
    """A match of text[start:end]."""
    return match(TEXT, TEXT[start:end], id=rule_id, **rule)


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        (at(2, 5, "sure", precision=Precision.VERY_HIGH), at(0, 9, "long", precision=Precision.LOW)),
        (at(0, 9, "long"), at(2, 5, "short")),
        (at(0, 5, "provider"), at(0, 9, "generic", filters="generic", precision=Precision.VERY_HIGH)),
        (at(0, 5, "severe", severity=Severity.CRITICAL), at(1, 6, "mild", severity=Severity.LOW)),
        (at(0, 5, "first"), at(4, 9, "later")),
    ],
)
def test_which_match_wins(winner, loser):
    """A provider's over a generic, the surer, the longer, the more severe, the first."""
    assert without_overlaps([loser, winner]) == [winner]
    assert without_overlaps([winner, loser]) == [winner]


def outer(start: int, end: int, rule_id: str, **values):
    """A match of text[start:end], with severity, precision or filters of its own."""
    filters = values.pop("filters", "provider")
    return dataclasses.replace(at(start, end, rule_id, filters=filters), **values)


def decoded(start: int, end: int, rule_id: str, **values):
    """A match of text[start:end] that stands in what it encodes."""
    return dataclasses.replace(outer(start, end, rule_id, **values), decoded="base64")


@pytest.mark.parametrize(
    ("winner", "loser"),
    [
        (decoded(0, 5, "equal"), outer(0, 9, "plain")),
        (outer(0, 9, "severe", severity=Severity.HIGH), decoded(2, 5, "mild", severity=Severity.MEDIUM)),
        (outer(0, 9, "sure", precision=Precision.VERY_HIGH), decoded(2, 5, "guess", precision=Precision.LOW)),
        (decoded(2, 5, "sure", precision=Precision.VERY_HIGH), outer(0, 9, "guess", severity=Severity.CRITICAL)),
        (decoded(2, 5, "provider"), outer(0, 9, "generic", filters="generic", severity=Severity.CRITICAL)),
    ],
)
def test_which_match_wins_where_one_stands_in_what_the_other_encodes(winner, loser):
    """A provider's over a generic, the surer, the more severe; of equals the decoded one."""
    assert without_overlaps([loser, winner], layers=True) == [winner]
    assert without_overlaps([winner, loser], layers=True) == [winner]


def test_neighbours_are_kept_in_order():
    """What only touches does not overlap."""
    matches = [at(5, 9, "b"), at(0, 5, "a"), at(9, 12, "c")]
    assert [one.rule.id for one in without_overlaps(matches)] == ["a", "b", "c"]


def test_the_second_half_of_a_pair_is_not_told_again():
    """A match inside of another's companion is part of that finding."""
    pair = dataclasses.replace(at(0, 4, "pair"), companion=Span(6, 10))
    assert without_overlaps([at(6, 10, "half"), pair]) == [pair]


@given(st.lists(st.tuples(st.integers(0, 15), st.integers(1, 8), st.sampled_from(Precision), st.sampled_from("abc"))))
def test_what_is_left_does_not_overlap_and_nothing_else_is_lost(spans):
    """Sorted and apart; every match that was dropped overlaps one that was kept."""
    matches = [
        at(start, min(16, start + width), name, precision=sure) for start, width, sure, name in spans if start < 16
    ]
    kept = without_overlaps(matches)
    assert kept == sorted(kept, key=place_of)
    for one, other in pairwise(kept):
        assert one.secret_end <= other.secret_start
    for dropped in matches:
        assert any(one.secret_start < dropped.secret_end and dropped.secret_start < one.secret_end for one in kept)
