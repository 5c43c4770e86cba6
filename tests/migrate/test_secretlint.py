"""secretlint's configuration, item by item."""

from __future__ import annotations

import json

import pytest

from keyscan.api import load_rules
from keyscan.migrate.counterparts import Counterparts
from keyscan.migrate.result import AllowedFor, DisabledRule, ExcludedPath, ImportedRule, Note, Unsupported
from keyscan.migrate.secretlint import read_config, read_ignore

AWS = "@secretlint/secretlint-rule-aws"


KNOWN = Counterparts(load_rules())
PATTERN = "@secretlint/secretlint-rule-pattern"


def read(rules):
    """What is read of a configuration with these rules."""
    return list(read_config("s", json.dumps({"rules": rules}).encode(), KNOWN))


@pytest.mark.parametrize(("file", "data"), [("s.js", b"module.exports = {}"), ("s", b"a: ["), ("s", b"{")])
def test_what_cannot_be_read_is_said(file, data):
    """JavaScript is not run; broken YAML and JSON are named."""
    (item,) = read_config(file, data, KNOWN)
    assert isinstance(item, Unsupported)


@pytest.mark.parametrize(
    ("rule", "values", "rules"),
    [
        ({"id": AWS, "options": {"allows": ["a.b"]}}, ("a\\.b",), ("aws-access-key",)),
        ({"id": AWS, "options": {"allows": ["/x+/i", "/(/"]}}, ("(?i:x+)",), ("aws-access-key",)),
        ({"id": "@secretlint/secretlint-rule-pattern", "options": {"allows": ["x"]}}, ("x",), ()),
        ({"id": "p", "rules": [{"id": AWS, "options": {"allows": ["x"]}}]}, ("x",), ("aws-access-key",)),
    ],
)
def test_allowed_values(rule, values, rules):
    """Texts and expressions with flags become values of an ignore, for the rule's provider."""
    (ignore,) = (item.ignore for item in read([rule]) if isinstance(item, AllowedFor))
    assert ignore.values == values
    assert ignore.rules[: len(rules)] == rules
    assert bool(ignore.rules) == bool(rules)


def test_what_has_no_counterpart_is_said():
    """Disabled messages and rules of unknown providers are named; a disabled rule of a known one is disabled."""
    rules = [
        {"id": AWS, "allowMessageIds": ["x"]},
        {"id": "@secretlint/secretlint-rule-acme", "options": {"allows": ["x"]}},
        {"id": "@secretlint/secretlint-rule-acme", "disabled": True},
    ]
    whys = [item.why for item in read(rules)]
    assert len(whys) == 3
    assert "acme" in whys[1]
    assert DisabledRule("aws-access-key") in read([{"id": AWS, "disabled": True}])


def test_own_patterns():
    """Each expression is a rule, several of one name are numbered; names of files alone are no secrets."""
    patterns = [
        {"name": "acme", "pattern": r"/acme\/[a-z]{20}/i", "filePathGlobs": ["*.md"]},
        {"name": "two", "patterns": ["/two_[0-9]{9}/", "/(?<key>too_[0-9]{9})/"]},
        {"name": "files", "filePathGlobs": ["*.pem"]},
        {"name": "odd", "pattern": "/(?=x)y/"},
        7,
    ]
    items = read([{"id": PATTERN, "options": {"patterns": patterns}}])
    tables = {item.table["id"]: item.table["regex"] for item in items if isinstance(item, ImportedRule)}
    assert tables == {"acme": "(?i)acme/[a-z]{20}", "two-1": "two_[0-9]{9}", "two-2": "(?<key>too_[0-9]{9})"}
    assert len([item for item in items if isinstance(item, Unsupported)]) == 2
    assert any("every file" in item.text for item in items if isinstance(item, Note))


def test_ignored_paths():
    """Patterns are kept as they are, malformed ones are said."""
    found = list(read_ignore("i", b"# x\ndist/\n[a\n"))
    assert found[0] == ExcludedPath("dist/", ("x",))
    assert isinstance(found[1], Unsupported)
