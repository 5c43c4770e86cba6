"""The places of keys in a TOML text."""

from __future__ import annotations

from keyscan.support.toml_lines import index, line_of, positions

TEXT = """\
one = 1
[a.b]
  two = '''
three = 3
'''
[[list]]
x = 1
[[list]]
  [list.inner]
  "y z" = 2
"""


def test_lines_and_columns():
    """Keys, tables and entries of arrays, none of what is in a string over several lines."""
    found = positions(TEXT)
    assert found[("one",)] == (1, 1)
    assert found[("a", "b", "two")] == (3, 3)
    assert ("three",) not in found
    assert found[("list", 1)] == (8, 1)
    assert found[("list", 1, "inner", "y z")] == (10, 3)
    assert index(TEXT) == {path: line for path, (line, _) in found.items()}


def test_the_nearest_place():
    """What has no line of its own has that of what contains it, else the first."""
    assert line_of(index(TEXT), ("list", 1, "inner", "gone")) == 9
    assert line_of(index(TEXT), ("gone",)) == 1
