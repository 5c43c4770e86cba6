"""`.talismanrc`, item by item."""

from __future__ import annotations

from keyscan.migrate.result import AcceptedFinding, AllowedFor, ImportedRule, NothingToDo, Unsupported
from keyscan.migrate.talisman import read_config

TEXT = b"""\
fileignoreconfig:
- filename: a.pem
  checksum: 00
- filename: b.lock
  ignore_detectors: [filename]
- filename: c.py
  allowed_patterns: [key=]
- checksum: 00
allowed_patterns: [ok, "(?=x)"]
# ours
custom_patterns:
- "acme_[a-z]{20}"
scopeconfig:
- scope: go
threshold: medium
strange: 1
"""


def test_items():
    """A file with a checksum is accepted as it is; patterns become ignores and rules; the rest is said or counted."""
    items = list(read_config("t", TEXT))
    assert [(item.path, item.line) for item in items if isinstance(item, AcceptedFinding)] == [("a.pem", 0)]
    ignores = [item.ignore for item in items if isinstance(item, AllowedFor)]
    assert [(one.paths, one.lines) for one in ignores] == [(("c.py",), ("key=",)), ((), ("ok",))]
    assert [item.table["id"] for item in items if isinstance(item, ImportedRule)] == ["talisman-pattern-1"]
    assert sum(isinstance(item, NothingToDo) for item in items) == 2
    assert [item.place for item in items if isinstance(item, Unsupported)] == ["t:8", "t:9", "t:15", "t:16"]


def test_no_yaml():
    """One item says so."""
    (item,) = read_config("t", b"a: [")
    assert isinstance(item, Unsupported)
