"""One ignore: all of its conditions must hold, any value of one suffices."""

from __future__ import annotations

import pickle

import pytest
from helpers.matches import RULE, match

from keyscan.model.blob import Origin
from keyscan.model.rule import Severity
from keyscan.suppressions.ignore import Ignore
from keyscan.suppressions.policy import SuppressionPolicy


def status(entry: Ignore, data: bytes = b"k = 'SECRETVALUE'", path: str = "a/b.py", **changes):
    """What becomes of SECRETVALUE in `data` with one ignore."""
    policy = SuppressionPolicy((entry,), today="2026-06-01")
    return policy.status(match(data, b"SECRETVALUE", **changes), data, Origin(path)).status


@pytest.mark.parametrize(
    ("conditions", "expected"),
    [
        ({"paths": ("docs/",)}, "new"),
        ({"rules": ("openai-*",)}, "new"),
        ({"providers": ("OpenAI",)}, "new"),
        ({"severity": Severity.MEDIUM}, "new"),
        ({"values": ("^VALUE",)}, "new"),
        ({"stopwords": ("example",)}, "new"),
        ({"fingerprints": ("x:" + "0" * 20,)}, "new"),
        ({"keys": ("a.b",)}, "new"),
        ({"paths": ("a/",), "rules": ("openai-*",)}, "new"),
        ({"paths": ("a/",), "expires": "2026-05-31"}, "new"),
        ({"paths": ("*.py",)}, "ignored"),
        ({"rules": ("anthropic-*",)}, "ignored"),
        ({"providers": ("anthropic",)}, "ignored"),
        ({"severity": Severity.HIGH}, "ignored"),
        ({"values": ("^NO", "VALUE$")}, "ignored"),
        ({"stopwords": ("tval",)}, "ignored"),
        ({"paths": ("a/",), "rules": (RULE,), "values": ("SECRET",)}, "ignored"),
        ({"paths": ("a/",), "expires": "2026-06-01"}, "ignored"),
    ],
)
def test_all_conditions_must_hold(conditions, expected):
    """Any value of a condition will do, each condition must hold, and only up to the day it expires."""
    assert status(Ignore("here", **conditions)) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("servers.web.env", "new"),
        ("servers.*.env.KEY", "new"),
        ("TOKEN", "new"),
        ("servers.web.env.TOKEN.0", "new"),
        ("servers.web.env.TOKEN", "ignored"),
        ("servers.*.env.TOKEN", "ignored"),
        ("**.TOKEN", "ignored"),
        ("servers.**", "ignored"),
    ],
)
def test_json_is_ignored_by_path_and_key(key, expected):
    """Where no comment can stand, the keys that lead to the value name it."""
    text = b'{"a": ["SECRET", {"x": 1}],\n "servers": {"db": {}, "web": {"env": {"Q": "{[", "TOKEN": "SECRETVALUE"}}}}'
    assert status(Ignore("here", keys=(key,)), text, "x.json") == expected


def test_an_ignore_travels_without_what_it_compiled():
    """An ignore that was used reaches a worker process as it was written."""
    entry = Ignore("x", paths=("a/",), values=("SECRET",))
    assert status(entry) == "ignored"
    copy = pickle.loads(pickle.dumps(entry))  # noqa: S301 - made on the line itself
    assert copy == entry
    assert "_globs" not in vars(copy)
