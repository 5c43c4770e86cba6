"""Bits per character, and classes of characters."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.engine.filters.entropy import classes, shannon


@pytest.mark.parametrize(("text", "bits"), [(b"", 0), (b"aaaa", 0), (b"abab", 1), (b"abcd", 2), (bytes(range(256)), 8)])
def test_known_values(text, bits):
    """One character has none, equal shares have the logarithm of their number."""
    assert shannon(text) == pytest.approx(bits)


@given(st.binary(min_size=1, max_size=200))
def test_bounds_and_order(text):
    """Never negative, never more than the number of characters allows, whatever their order."""
    assert -1e-9 <= shannon(text) <= 8
    assert shannon(text) == pytest.approx(shannon(bytes(sorted(text))))
    assert shannon(text + text) == pytest.approx(shannon(text))


@pytest.mark.parametrize(
    ("text", "count"), [(b"", 0), (b"abc", 1), (b"aB", 2), (b"aB1", 3), (b"aB1-", 4), (b"\xff", 1)]
)
def test_classes(text, count):
    """Lower, upper, digit and other."""
    assert classes(text) == count
