"""Prefilter hits and matches carried over from version to version are those of the whole text."""

from __future__ import annotations

import pytest
from helpers.packs import delta_of
from helpers.versions import SECRETS, families, filler
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyscan.engine import build
from keyscan.engine.filters.context import is_binary
from keyscan.engine.overlaps import place_of
from keyscan.git.pack import delta
from keyscan.history import delta_scan, versions
from keyscan.ruleset.cache import load_rules


@pytest.fixture
def matcher():
    """All rules."""
    return build.matcher(load_rules(), "hyperscan")


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(families())
def test_marks_that_are_carried_are_those_of_the_whole(monkeypatch, matcher, family):
    """Version by version, what is carried and what is found near changes are all marks, and no others."""
    monkeypatch.setattr(versions, "SMALL", 0)
    scanner = delta_scan.DeltaScanner(matcher)
    state = scanner.whole(family[0][0])
    for base, written, made in family:
        again, changes, sources = delta.apply(base, written, 1 << 24)
        assert again == made
        windows, unchanged = delta.spread(changes, sources, len(made), scanner.reach)
        state = scanner.carried(made, windows, unchanged, state)
        assert state == scanner.whole(made)
        assert sorted(delta_scan.hits_of(state)) == sorted(set(matcher.hits(made, matcher.raw_hits(made))))


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(families())
def test_verdicts_that_are_carried_are_those_of_the_whole(matcher, family):
    """What a version still holds of its base's matches, and what the rest of its hits give, is all that it holds."""
    scanner = delta_scan.DeltaScanner(matcher)
    text = family[0][0]
    marks, found = (
        scanner.whole(text),
        matcher.plain_matches(text, matcher.hits(text, matcher.raw_hits(text)), path="a.py").matches,
    )
    for base, written, made in family:
        _, changes, sources = delta.apply(base, written, 1 << 24)
        windows, unchanged = delta.spread(changes, sources, len(made), scanner.reach)
        marks = scanner.carried(made, windows, unchanged, marks)
        expected = matcher.plain_matches(made, delta_scan.hits_of(marks), path="a.py").matches
        end = -1 if changes and changes[-2] == len(made) else len(made)
        if is_binary(made) == is_binary(base):
            moved, again = scanner.split(marks, unchanged, end, found)
            assert sorted([*moved, *matcher.plain_matches(made, again, path="a.py").matches], key=place_of) == expected
        found = expected


def test_a_version_that_ends_behind_a_value_has_it(matcher):
    """A value that ran on in the base, and was none, is one where the version was cut off behind it."""
    value = "".join(SECRETS["pair"][3:5])
    base = filler(1, 100) + value.encode() + b"51 and on\n" + filler(2, 10)
    size = 100 + base[100:].index(b"51 and on")
    written, made = delta_of(base, [(0, size)])
    scanner = delta_scan.DeltaScanner(matcher)
    _, changes, sources = delta.apply(base, written, 1 << 24)
    windows, unchanged = delta.spread(changes, sources, len(made), scanner.reach)
    marks = scanner.carried(made, windows, unchanged, scanner.whole(base))
    assert marks == scanner.whole(made) != scanner.carried(made, [], unchanged, scanner.whole(base))


def test_verdicts_are_carried_over_a_change_far_off(matcher, monkeypatch):
    """An edit at the beginning leaves what is found at the end, moved, and nothing to look at again.

    Where there is too much to compare, all is looked at again.
    """
    base = filler(1, 200) + "".join(SECRETS["github"]).encode() + filler(2, 200)
    written, made = delta_of(
        base, [(0, 10), b"something new", *((at, 5000) for at in range(10, len(base) - 5000, 5000))]
    )
    scanner = delta_scan.DeltaScanner(matcher)
    _, changes, sources = delta.apply(base, written, 1 << 24)
    windows, unchanged = delta.spread(changes, sources, len(made), scanner.reach)
    marks = scanner.carried(made, windows, unchanged, scanner.whole(base))
    expected = matcher.scan(made).matches
    assert len(expected) == 1
    found = matcher.scan(base).matches
    assert scanner.split(marks, unchanged, -1, found) == (expected, [])
    monkeypatch.setattr(delta_scan, "MAX_CARRIED", 0)
    assert scanner.split(marks, unchanged, -1, found) == (
        [],
        [hit for hit in delta_scan.hits_of(marks) if matcher.around[hit[0]] >= 0],
    )


@given(st.lists(st.tuples(st.integers(0, (1 << 23) - 1), st.integers(0, (1 << 22) - 1), st.booleans())))
def test_packed_hits_are_read_back(raw):
    """End, entry and whether it is a hit survive packing, and packed hits sort by their end."""
    packed = [delta_scan.pack_hit(end, entry, hit) for end, entry, hit in raw]
    assert delta_scan.hits_of(packed) == [(entry, end) for end, entry, hit in raw if hit]
    assert [number >> 24 for number in sorted(packed)] == sorted(end for end, _, _ in raw)


def test_an_empty_text_has_no_hits(matcher):
    """Nothing is searched, with a base or without."""
    assert delta_scan.DeltaScanner(matcher).whole(b"") == []
    assert delta_scan.DeltaScanner(matcher).carried(b"", [], [], []) == []
