"""Comments by line, and those that belong to a line."""

from __future__ import annotations

from keyscan.migrate import comments

TOML = """\
# one
a = "x # y" # two
b = '''
# no comment
''' # three
c = 'd#e'
"""
YAML = """\
# one
- a#b
- "x # y" # two
- it's # three
"""


def test_toml():
    """What is in a string is no comment, whatever kind of string it is."""
    assert comments.of_toml(TOML) == {1: "one", 2: "two", 5: "three"}


def test_yaml():
    """A sign within a word or a string begins no comment."""
    assert comments.of_yaml(YAML) == {1: "one", 3: "two", 4: "three"}


def test_long_ones_are_cut():
    """A hostile comment costs a line."""
    assert len(comments.of_toml("# " + "x" * 10_000)[1]) == 300


def test_which_belong_to_a_line():
    """Those right above it and on it, and for a block also those in it."""
    found = {1: "far", 3: "a", 4: "b", 5: "on", 7: "in"}
    assert comments.above(found, 5) == ("a", "b", "on")
    assert comments.between(found, 5, 8) == ("a", "b", "on", "in")
    assert comments.above(found, 2) == ("far",)
    assert comments.above({}, 2) == ()
