"""On which line of a TOML text a key stands."""

from __future__ import annotations

from keyscan.support import toml_lines as tomllines


def test_lines_of_keys():
    """Tables, arrays of tables, dotted and quoted keys, and keys after multi-line strings are placed."""
    text = 'a = """\nb = 1\n"""\nb = 2\n[t.u]\n"c d" = 3\n[[x]]\n[[x]]\ny.z = 1\n[x.sub]\nk = 1\n'
    lines = tomllines.index(text)
    assert lines["b",] == 4
    assert lines["t", "u", "c d"] == 6
    assert (lines["x", 0], lines["x", 1], lines["x", 1, "y", "z"]) == (7, 8, 9)
    assert lines["x", 1, "sub", "k"] == 11
    assert tomllines.line_of(lines, ("x", 1, "unknown")) == 8
