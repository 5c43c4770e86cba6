"""A byte of a YAML text is found in its scalar, with keys, style and byte offsets."""

from __future__ import annotations

import pytest

from keyscan.remediation.rewrite.yaml_places import scalar_at


@pytest.mark.parametrize(
    ("text", "path", "style", "written"),
    [
        ("a:\n  b: xyz\n", ("a", "b"), "", "xyz"),
        ("a: ['ü', 'xyz']\n", ("a", "1"), "'", "'xyz'"),
        ('ä: "ö"\nb: {c: "xyz"}\n', ("b", "c"), '"', '"xyz"'),
        ("---\na: 1\n---\nb: xyz\n", ("b",), "", "xyz"),
        ("a: &x xyz\nb: *x\n", ("a",), "", "xyz"),
    ],
)
def test_scalar_is_found_by_its_bytes(text, path, style, written):
    """Offsets count bytes, whatever letters stand before."""
    data = text.encode()
    start = data.index(b"xyz")
    place = scalar_at(data, start, start + 3)
    assert (place.path, place.style) == (path, style)
    assert data[place.start : place.end].decode().endswith(written)


def test_comment_and_bad_text_are_told_apart():
    """A comment has no scalar; what is no YAML has no answer."""
    assert scalar_at(b"a: 1 # xyz\n", 7, 10) == "comment"
    assert scalar_at(b"a: [xyz\n", 4, 7) == ""
    assert scalar_at(b"\xff: xyz\n", 3, 6) == ""


def test_deep_brackets_are_not_composed():
    """A hostile nesting is refused at once, not after minutes."""
    assert scalar_at(b"a: xyz\nb: " + b"[" * 100000 + b"]" * 100000, 3, 6) == ""


def test_recursive_alias_ends():
    """A structure that holds itself is walked once."""
    assert scalar_at(b"a: &x [xyz, *x]\n", 7, 10).path == ("a", "0")
