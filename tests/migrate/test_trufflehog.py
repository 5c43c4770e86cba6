"""Files of excluded paths for trufflehog."""

from __future__ import annotations

from keyscan.migrate.result import Unsupported
from keyscan.migrate.trufflehog import read_exclude_paths


def test_expressions_on_paths():
    """All expressions that can be translated are one ignore; the others are said with their line."""
    lost, ignore = read_exclude_paths("x", b"# c\n(?i)docs/\n(\n")
    assert isinstance(lost, Unsupported)
    assert lost.place == "x:3"
    assert len(ignore.path_patterns) == 1


def test_nothing_in_it():
    """A file of comments is nothing."""
    assert list(read_exclude_paths("x", b"# c\n\n")) == []
