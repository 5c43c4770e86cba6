"""gitleaks' configuration and fingerprints, item by item."""

from __future__ import annotations

import json

from keyscan.api import load_rules
from keyscan.migrate.counterparts import Counterparts
from keyscan.migrate.gitleaks import read_baseline, read_config, read_ignore
from keyscan.migrate.result import (
    AcceptedFinding,
    AllowedFor,
    DisabledRule,
    FurtherFile,
    ImportedRule,
    Note,
    NothingToDo,
    Unsupported,
)

CONFIG = b"""\
[extend]
path = "other.toml"
disabledRules = ["openai-api-key", "no-such-rule"]
[[rules]]
id = "acme"
regex = '''acme_[0-9]{12}'''
keywords = ["acme_"]
unknown = 1
[allowlist]
paths = ['''docs/''']
"""


def test_a_configuration():
    """Rules, disabled rules and allowlists are carried over; other files are named and unknown rules counted."""
    found = list(read_config("c", CONFIG, Counterparts(load_rules())))
    (rule,) = (item.table for item in found if isinstance(item, ImportedRule))
    assert set(rule) == {"id", "regex", "keywords"}
    assert DisabledRule("openai-project-api-key") in found
    assert any("disabled rule openai-api-key is here" in item.text for item in found if isinstance(item, Note))
    assert sum(isinstance(item, NothingToDo) for item in found) == 1
    assert FurtherFile("gitleaks", "other.toml", "c:2") in found
    (allowed,) = (item.ignore for item in found if isinstance(item, AllowedFor))
    assert allowed.path_patterns == ("docs/",)


def test_comments_go_with_their_table():
    """Those above a table and in it, each once, none of the next one's."""
    text = b"""\
# head

# above
[[allowlists]]
paths = ['a'] # on
# in
stopwords = ['b']

# next
[[allowlists]]
paths = ['c']
"""
    made = [item for item in read_config("c", text, Counterparts(())) if isinstance(item, AllowedFor)]
    assert [item.comments for item in made] == [("above", "on", "in"), (), ("next",)]


def test_an_allowlist_of_a_teams_rule_with_a_built_in_id():
    """The team's rule is there under another id then, and the allowlist is for both."""
    text = b"""\
[[rules]]
id = "anthropic-api-key"
regex = 'acme_[0-9]{20}'
[[rules.allowlists]]
paths = ['a']
"""
    (made,) = (i for i in read_config("c", text, Counterparts(load_rules())) if isinstance(i, AllowedFor))
    assert made.ignore.rules == ("anthropic-api-key-custom", "anthropic-api-key")


def test_allowed_commits():
    """What a commit brought is accepted, unless a path has to match as well."""
    text = b"[allowlist]\ncommits = ['%s']\n" % (b"a" * 40)
    (item,) = read_config("c", text, Counterparts(()))
    assert isinstance(item, AcceptedFinding)
    assert (item.path, item.commit) == ("", "a" * 40)
    found = list(read_config("c", text + b"condition = 'AND'\npaths = ['x']\n", Counterparts(())))
    assert [type(item) for item in found] == [Unsupported]


def test_fingerprints():
    """Fingerprints with and without a commit name a place, anything else is said with its line."""
    commit = "a" * 40
    text = f"# x\n{commit}:a/b.py:rule:3\nc.py:rule:4\nnonsense\n"
    assert list(read_ignore("i", text.encode())) == [
        AcceptedFinding("i:2", "a/b.py", 3, commit, reason="x (from i: rule)"),
        AcceptedFinding("i:3", "c.py", 4, reason="x (from i: rule)"),
        Unsupported("i:4", "not a fingerprint of gitleaks"),
    ]


def test_a_report_as_baseline():
    """Each finding by its place and the digest of its secret, which itself goes nowhere."""
    report = [
        {"RuleID": "r", "File": "a", "StartLine": 3, "Secret": "s3cret", "Commit": "b" * 40},
        {"RuleID": "r", "File": "", "StartLine": 3},
    ]
    found, lost = read_baseline("b", json.dumps(report, indent=1).encode())
    assert (found.place, found.path, found.line, found.commit) == ("b:3", "a", 3, "b" * 40)
    assert "s3cret" not in repr(found)
    assert isinstance(lost, Unsupported)
    for data in (b"", b"{}", b"[1]", b"[" * 100_000):
        (item,) = read_baseline("b", data)
        assert isinstance(item, Unsupported)
