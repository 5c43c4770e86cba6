"""Hooks of other scanners in a pre-commit configuration."""

from __future__ import annotations

from keyscan.migrate.precommit import SNIPPET, read_config
from keyscan.migrate.result import Note, Unsupported
from keyscan.suppressions.ignore import Ignore

CONFIG = b"""\
repos:
  - repo: https://github.com/psf/black
    hooks:
      - id: black
        exclude: '^x'
  - repo: https://github.com/Yelp/detect-secrets
    hooks:
      - id: detect-secrets
        args: ['--baseline', '.secrets.baseline']
        exclude: '^tests/'
  - repo: local
    hooks:
      - id: own
        entry: gitleaks protect
        exclude: '^y'
"""


def test_entries_of_scanners():
    """Scanners' entries are named with what replaces them, what they exclude is carried over, other hooks are left."""
    found = list(read_config("p", CONFIG))
    assert [item.path_patterns for item in found if isinstance(item, Ignore)] == [("^tests/",)]
    assert [item.place for item in found if isinstance(item, Unsupported)] == ["p:9"]
    notes = [item.text for item in found if isinstance(item, Note)]
    assert [note.partition(":")[2].split(":")[0] for note in notes[:2]] == ["6", "14"]
    assert notes[2] == SNIPPET


def test_no_scanner_no_word():
    """A configuration without another scanner gives nothing."""
    assert list(read_config("p", CONFIG[:120])) == []
