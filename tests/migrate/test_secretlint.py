"""secretlint's configuration, item by item."""

from __future__ import annotations

import json

import pytest

from keyscan.migrate.result import ExcludedPath, Unsupported
from keyscan.migrate.secretlint import read_config, read_ignore
from keyscan.suppressions.ignore import Ignore

AWS = "@secretlint/secretlint-rule-aws"


@pytest.mark.parametrize("data", [b"rules:\n- x", b"module.exports = {}"])
def test_other_languages_are_said(data):
    """YAML and JavaScript are not read, and that is said."""
    (item,) = read_config("s", data, ["AWS"])
    assert isinstance(item, Unsupported)


@pytest.mark.parametrize(
    ("rule", "values", "providers"),
    [
        ({"id": AWS, "options": {"allows": ["a.b"]}}, ("a\\.b",), ("AWS",)),
        ({"id": AWS, "options": {"allows": ["/x+/i", "/(/"]}}, ("(?i:x+)",), ("AWS",)),
        ({"id": "@secretlint/secretlint-rule-pattern", "options": {"allows": ["x"]}}, ("x",), ()),
        ({"id": "p", "rules": [{"id": AWS, "options": {"allows": ["x"]}}]}, ("x",), ("AWS",)),
    ],
)
def test_allowed_values(rule, values, providers):
    """Texts and expressions with flags become values of an ignore, for the rule's provider."""
    found = list(read_config("s", json.dumps({"rules": [rule]}).encode(), ["AWS", "Slack"]))
    (ignore,) = (item for item in found if isinstance(item, Ignore))
    assert (ignore.values, ignore.providers) == (values, providers)


def test_what_has_no_counterpart_is_said():
    """Disabled messages and rules of unknown providers are named."""
    rules = [{"id": AWS, "disabled": True}, {"id": "@secretlint/secretlint-rule-acme", "options": {"allows": ["x"]}}]
    whys = [item.why for item in read_config("s", json.dumps({"rules": rules}).encode(), ["AWS"])]
    assert len(whys) == 2
    assert "acme" in whys[1]


def test_ignored_paths():
    """Patterns are kept as they are, malformed ones are said."""
    found = list(read_ignore("i", b"# x\ndist/\n[a\n"))
    assert found[0] == ExcludedPath("dist/")
    assert isinstance(found[1], Unsupported)
