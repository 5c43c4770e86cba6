"""A user's expression finds what it matches, and cannot stretch the time that it takes."""

from __future__ import annotations

import time

import pytest

from keyscan.support.bounded_search import BoundedSearch


@pytest.mark.parametrize(("patterns", "found"), [((), False), (("b$",), False), (("x", "^a.c"), True)])
def test_any_expression_suffices(patterns, found):
    """One expression that matches somewhere is enough; none match nothing."""
    assert BoundedSearch(patterns).matches(b"abc") is found


def test_a_catastrophic_expression_is_given_up():
    """An expression that would backtrack for ever matches nothing and, after a few timeouts, takes no more time."""
    search = BoundedSearch((r"(a|a|aa)+$",))
    data = b"a" * 200 + b"b"
    for _ in range(10):
        assert not search.matches(data)
    started = time.process_time()
    for _ in range(100):
        assert not search.matches(data)
    assert time.process_time() - started < 0.05
