"""The keys that lead to a place in a JSON text."""

from __future__ import annotations

from keyscan.support.json_paths import Walker, fits


def test_keys_with_dots_and_indices():
    """A key with a dot is quoted in the pattern, an entry of an array is a number, escapes are read."""
    walker = Walker(b'[1, {"a.b": ["x", "HERE"]}, {"c\\u0041": "THERE"}]')
    assert walker.path(walker._data.index(b"HERE")) == ("1", "a.b", "1")
    assert fits('1."a.b".*', ("1", "a.b", "1"))
    assert walker.path(walker._data.index(b"THERE")) == ("2", "cA")
    assert walker.path(4) == ("1",)
