"""A baseline of detect-secrets, item by item."""

from __future__ import annotations

import json

import pytest

from keyscan.migrate.detect_secrets import read, read_arguments, read_wordlist
from keyscan.migrate.result import AcceptedFinding, AllowedFor, FurtherFile, Note, NothingToDo, Unsupported
from keyscan.suppressions.ignore import Ignore


def items(document):
    """What is read from a baseline."""
    return list(read("b", json.dumps(document, indent=1).encode()))


@pytest.mark.parametrize("data", [b"", b"[]", b"{}", b'{"results": 1}', b"[" * 100_000])
def test_what_is_no_baseline_is_said(data):
    """Anything else than a baseline is one line that says so."""
    (item,) = read("b", data)
    assert isinstance(item, Unsupported)


def test_entries_filters_and_plugins():
    """Accepted secrets keep hash and place, real ones are named, filters become ignores, limits are said."""
    found = items(
        {
            "results": {"a\\b.py": [{"hashed_secret": "ab12", "type": "AWS", "line_number": 3, "is_secret": True}, 7]},
            "filters_used": [
                {"path": "detect_secrets.filters.regex.should_exclude_line", "pattern": ["x.*y", "("]},
                {"path": "my.module.filter"},
                {"path": "detect_secrets.filters.heuristic.is_uuid"},
                {"path": "detect_secrets.filters.wordlist.should_exclude_secret", "file_name": "w.txt"},
            ],
            "plugins_used": [{"name": "Base64", "limit": 4.5}, {"name": "Own", "path": "file://own.py"}],
        }
    )
    assert AcceptedFinding("b:5", "a/b.py", 3, digests=("ab12",), reason="from b: AWS") in found
    assert [item.ignore for item in found if isinstance(item, AllowedFor)] == [
        Ignore("b", lines=("x.*y",), reason="excluded for detect-secrets")
    ]
    assert sum(isinstance(item, Note) for item in found) == 1
    whys = " ".join(item.why for item in found if isinstance(item, Unsupported))
    assert "'('" in whys
    assert "my.module.filter" in whys
    assert "plugin Own" in whys
    assert sum(isinstance(item, NothingToDo) for item in found) == 1
    assert FurtherFile("detect-secrets wordlist", "w.txt", "b") in found
    assert "heuristic" not in whys


def test_word_lists_and_arguments():
    """Words become stop words, what a call excludes becomes ignores."""
    (allowed,) = read_wordlist("w", b"example\nab\n")
    assert allowed.ignore.stopwords == ("example",)
    assert list(read_wordlist("w", b"\n")) == []
    made = [item.ignore for item in read_arguments("p", {"--exclude-files": ["^a"], "--exclude-secrets": ["b"]})]
    assert [(one.path_patterns, one.values) for one in made] == [(("^a",), ()), ((), ("b",))]
