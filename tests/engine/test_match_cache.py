"""Match verdicts by surrounding text: the same as without, and bounded."""

from __future__ import annotations

import pytest
from helpers.versions import families
from hypothesis import HealthCheck, given, settings

from keyscan.engine import build, match_cache
from keyscan.ruleset.cache import load_rules


@pytest.fixture
def matcher():
    """All rules."""
    return build.matcher(load_rules(), "hyperscan")


@settings(max_examples=50, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(families())
def test_what_is_remembered_is_what_would_be_found(matcher, family):
    """With a memory of earlier versions, a text has the matches that it has without."""
    other = build.matcher(matcher.rules, "hyperscan")
    other.remember()
    for base, _, made in family:
        for data in (base, made, base + b"\n" + made):
            assert other.scan(data) == matcher.scan(data)


def test_what_is_remembered_is_forgotten_in_time():
    """Room is bounded: the older half goes, but what is asked for stays."""
    known = match_cache.MatchCache()
    text = b"x" * match_cache.LONGEST
    for number in range(2000):
        known.put((number, "", text, 0, 1), ())
        assert known.get((0, "", text, 0, 1)) == ()
    assert known.get((1, "", text, 0, 1)) is None
    assert known.get((1999, "", text, 0, 1)) == ()
