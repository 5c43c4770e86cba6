"""Files of excluded paths for trufflehog."""

from __future__ import annotations

from keyscan.migrate.result import AllowedFor, ImportedRule, NothingToDo, Unsupported
from keyscan.migrate.trufflehog import read_config, read_exclude_paths


def test_expressions_on_paths():
    """All expressions that can be translated are one ignore; the others are said with their line."""
    lost, allowed = read_exclude_paths("x", b"# c\n(?i)docs/\n(\n")
    assert isinstance(lost, Unsupported)
    assert lost.place == "x:3"
    assert len(allowed.ignore.path_patterns) == 1
    assert allowed.comments == ("c",)


def test_nothing_in_it():
    """A file of comments is nothing."""
    assert list(read_exclude_paths("x", b"# c\n\n")) == []


CONFIG = b"""\
# about acme
detectors:
- name: Acme
  keywords: [acme]
  entropy: 3.5
  regex: {id: "acme_id_[0-9]{9}", key: "acme_[a-z]{20}"}
  exclude_words: [sample]
  exclude_regexes_capture: ["^x", "(?=y)"]
  verify: [{endpoint: "https://acme.example"}]
  new: 1
- name: empty
sources: []
"""


def test_custom_detectors():
    """One rule for each expression, with what is excluded for it; requests and sources are said."""
    items = list(read_config("x", CONFIG))
    tables = [item.table for item in items if isinstance(item, ImportedRule)]
    assert [table["id"] for table in tables] == ["acme-id", "acme-key"]
    assert all(table["keywords"] == ["acme"] and table["entropy"] == 3.5 for table in tables)
    ignores = [item.ignore for item in items if isinstance(item, AllowedFor)]
    assert [(one.stopwords, one.values) for one in ignores] == [(("sample",), ()), ((), (r"\Ax",))]
    assert ignores[0].rules == ("acme-id", "acme-id-custom", "acme-key", "acme-key-custom")
    assert {item.place for item in items if isinstance(item, Unsupported)} == {"x:8", "x:9", "x:10", "x:12"}
    assert sum(isinstance(item, NothingToDo) for item in items) == 1


def test_no_yaml():
    """One item says so."""
    (item,) = read_config("x", b"a: [")
    assert isinstance(item, Unsupported)
