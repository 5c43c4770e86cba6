"""Hooks of other scanners in a pre-commit configuration."""

from __future__ import annotations

from keyscan.migrate.counterparts import Counterparts
from keyscan.migrate.precommit import SNIPPET, read_config
from keyscan.migrate.result import AllowedFor, FurtherFile, Note, Unsupported

NONE = Counterparts(())

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
    found = list(read_config("p", CONFIG, NONE))
    ignores = [item.ignore for item in found if isinstance(item, AllowedFor)]
    assert [one.path_patterns for one in ignores] == [("^tests/",), ("^y",)]
    assert FurtherFile("detect-secrets", ".secrets.baseline", "p:9") in found
    notes = [item.text for item in found if isinstance(item, Note)]
    assert [note.partition(":")[2].split(":")[0] for note in notes[:2]] == ["6", "14"]
    assert notes[2] == SNIPPET


def test_a_local_hook_keeps_what_stands_before_its_entry():
    """The keys of a hook have no order; those of the hook above it are not its own."""
    text = b"""\
repos:
- repo: local
  hooks:
  - name: other
    id: other
    exclude: ^no/
    entry: ruff
  - name: secrets
    exclude: ^tests/
    id: own
    entry: gitleaks protect
  - name: last
    exclude: ^no/
    id: last
    entry: mypy
"""
    ignores = [item.ignore for item in read_config("p", text, NONE) if isinstance(item, AllowedFor)]
    assert [one.path_patterns for one in ignores] == [("^tests/",)]


def test_no_scanner_no_word():
    """A configuration without another scanner gives nothing."""
    assert list(read_config("p", b"exclude: ^x\n" + CONFIG[:120], NONE)) == []


def test_values_over_several_lines():
    """Blocks, lists in either form, quotes and verbose expressions; an expression that is none is said."""
    text = b"""\
exclude: |
  (?x)^(
    a b/|  # why
    c
  )
repos:
- repo: https://github.com/gitleaks/gitleaks
  hooks:
  - id: gitleaks
    args:
    - --config
    - 'x y.toml'
    exclude: "a\\\\.b"
  - id: gitleaks
    args: [
      --baseline-path=b.json,
    ]
    exclude: '('
"""
    found = list(read_config("p", text, NONE))
    ignores = [item.ignore.path_patterns[0] for item in found if isinstance(item, AllowedFor)]
    assert ignores == [r"a\.b", "^(ab/|c)"]
    assert [(item.kind, item.name) for item in found if isinstance(item, FurtherFile)] == [
        ("gitleaks", "x y.toml"),
        ("gitleaks baseline", "b.json"),
    ]
    assert [item.place for item in found if isinstance(item, Unsupported)] == ["p:18"]
