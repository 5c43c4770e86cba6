"""Ignores: what was said to be fine is not reported but counted, and nothing else goes with it."""

from __future__ import annotations

import json
import pickle
import time

import pytest
from helpers.tokens import token

from keyscan.model.blob import Origin
from keyscan.model.match import Match
from keyscan.model.rule import Precision, Rule, Severity
from keyscan.support import json_paths as jsonkeys
from keyscan.suppressions import policy as ignores
from keyscan.suppressions.inline import Markers
from keyscan.suppressions.policy import Ignore, Ignores

KEY = token("sk-ant-api03-{b64url:93}AA")
OTHER = token("sk-ant-api03-{b64url:93}AA", "other")
RULE = "anthropic-api-key"


def rule(**changes):
    """A rule, as far as ignores look at it."""
    fields = {"id": RULE, "name": "Anthropic API key", "provider": "Anthropic", "category": "ai", "pattern": "x"}
    return Rule(**{
        **fields, "keywords": ("x",), "severity": Severity.HIGH, "precision": Precision.HIGH, "max_length": 9, **changes
    })  # fmt: skip


def match(data: bytes, secret: bytes, **changes):
    """A match of `secret` in `data`."""
    at = data.index(secret)
    return Match(rule(**changes), at, at + len(secret), at, at + len(secret), secret)


def status(entry: Ignore, data: bytes = b"k = 'SECRETVALUE'", path: str = "a/b.py", **changes):
    """What becomes of SECRETVALUE in `data` with one ignore."""
    return (
        Ignores((entry,), today="2026-06-01").status(match(data, b"SECRETVALUE", **changes), data, Origin(path)).status
    )


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


def test_keys_with_dots_and_indices():
    """A key with a dot is quoted in the pattern, an entry of an array is a number, escapes are read."""
    walker = jsonkeys.Walker(b'[1, {"a.b": ["x", "HERE"]}, {"c\\u0041": "THERE"}]')
    assert walker.path(walker._data.index(b"HERE")) == ("1", "a.b", "1")
    assert jsonkeys.fits('1."a.b".*', ("1", "a.b", "1"))
    assert walker.path(walker._data.index(b"THERE")) == ("2", "cA")
    assert walker.path(4) == ("1",)


COVERED = [
    b"k = 'S' # keyscan:allow",
    b"k = 'S' # keyscan: allow",
    b"k = 'S' // keyscan:allow not live",
    b"k = 'S' /* keyscan:allow[anthropic-api-key] why */",
    b"k = 'S' # keyscan:allow[other,anthropic-api-key]: why",
    b"k = 'S' # keyscan:allow[Anthropic]",
    b"# keyscan:allow\nk = 'S'",
    b"x\n  // keyscan:allow[anthropic-api-key] - test account\n  k = 'S'",
    b"<!-- keyscan:allow -->\r\n<k>S</k>",
    b"k = 'S' #gitleaks:allow",
    b"k = 'S' // betterleaks:allow",
    b"k = 'S'  # pragma: allowlist secret",
    b"k = 'S'  # pragma: whitelist secret",
    b"# pragma: allowlist nextline secret\nk = 'S'",
    b"k = 'S'  # trufflehog:ignore",
    b"k = 'S'  // secretlint-disable-line",
    b"// secretlint-disable-next-line\nk = 'S'",
    b"/* secretlint-disable */\na\nb\nk = 'S'\n/* secretlint-enable */",
    b"// secretlint-disable @secretlint/secretlint-rule-anthropic -- fixture\na\nk = 'S'",
    b"k = 'S'  # nosec",
    b"k = 'S'  # nosec B105",
    b"k = 'S' #nosec B101, B106",
    b"k = 'S' // #nosec G101 -- test",
    b"k = 'S'  # noqa: S105",
    b"k = 'S'  # noqa: E501, S106",
]
OPEN = [
    b"k = 'S'",
    b"k = 'S'\n# keyscan:allow",
    b"# keyscan:allow\n\nk = 'S'",
    b"j = 'T' # keyscan:allow\nk = 'S'",
    b'{"a": "keyscan:allow",\n"k": "S"}',
    b"k = 'S' # keyscan:allow[openai-api-key]",
    b"k = 'S' # keyscan:allowed",
    b"k = 'S' # pragma: no cover",
    b"k = 'S' # pragma: allowlist nextline secret",
    b"j = 1 # trufflehog:ignore\nk = 'S'",
    b"# secretlint-disable-line\nk = 'S'",
    b"/* secretlint-disable */\na\n/* secretlint-enable */\nk = 'S'",
    b"// secretlint-disable @secretlint/secretlint-rule-slack\nk = 'S'",
    b"k = 'S'  # nosec B101",
    b"k = 'S'  # noqa",
    b"k = 'S'  # noqa: E501",
    b"nosecrets = 'S'",
    b"k = 'S'" + b" " * 3000 + b"# keyscan:allow",
]


@pytest.mark.parametrize("text", OPEN)
def test_a_marker_elsewhere_covers_nothing(text):
    """Markers of other lines, other rules, other kinds, and things that only look like markers do not count."""
    at = text.index(b"S'") if b"S'" in text else text.index(b'S"')
    assert Markers(text).over(at, at + 1, rule()) is None


@pytest.mark.parametrize("text", COVERED)
def test_a_marker_covers_its_line_or_the_next(text):
    """Our marker and those of the other tools count where their own tools would have them."""
    at = text.index(b"'S'") + 1 if b"'S'" in text else text.index(b">S<") + 1
    found = Markers(text).over(at, at + 1, rule())
    assert found
    assert Markers(text, "none").over(at, at + 1, rule()) is None
    assert (Markers(text, "own").over(at, at + 1, rule()) is not None) == (found.tool == "keyscan")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (b"'S' # keyscan:allow", ""),
        (b"'S' # keyscan:allow not live", "not live"),
        (b"'S' /* keyscan:allow[anthropic-api-key]: not live */", "not live"),
        (b"'S' <!-- keyscan:allow - sample -->", "sample"),
    ],
)
def test_the_reason_of_a_marker(text, reason):
    """What follows the marker is its reason, without the end of the comment."""
    assert Markers(text).over(1, 2, rule()).reason == reason


def test_an_ignored_secret_does_not_hide_another_on_its_line(repo, run):
    """An ignore by fingerprint covers that secret only, wherever it stands."""
    repo.write("a.py", f"a, b = '{KEY}', '{OTHER}'\n")
    marks = [finding["fingerprint"] for finding in json.loads(run("scan", "-f", "json", cwd=repo.path).out)["findings"]]
    assert len(set(marks)) == 2
    repo.write(".keyscan.toml", f"[[ignore]]\nfingerprint = '{marks[0]}'\nreason = 'revoked'\n")
    left = json.loads(run("scan", "-f", "json", cwd=repo.path).out)["findings"]
    assert [finding["fingerprint"] for finding in left] == marks[1:]


def test_a_line_above_changes_no_fingerprint(repo, run):
    """Moving a secret, to another line or another file, keeps it ignored."""
    repo.write("a.py", f"k = '{KEY}'\n")
    mark = json.loads(run("scan", "-f", "json", cwd=repo.path).out)["findings"][0]["fingerprint"]
    repo.write(".keyscan.toml", f"[[ignore]]\nfingerprint = '{mark}'\n")
    repo.write("a.py", f'import os\n\n\nclass A:\n    k = "{KEY}"\n')
    assert run("scan", cwd=repo.path).code == 0
    (repo.path / "a.py").rename(repo.path / "b.yaml")
    assert run("scan", cwd=repo.path).code == 0


def test_ignored_findings_are_counted_and_listed(repo, run):
    """The last line counts them, --show-ignored lists each with its reason, and never the secret."""
    repo.write("a.py", f"k = '{KEY}'  # keyscan:allow fixture of the docs\n")
    repo.write("b/b.py", f"k = '{OTHER}'\n")
    repo.write(".keyscan.toml", "[[ignore]]\npath = 'b/'\nrule = 'anthropic-*'\nreason = 'revoked in May'\n")
    result = run("scan", cwd=repo.path)
    assert result.code == 0
    assert "2 ignored" in result.out
    assert "fixture" not in result.out
    listed = run("scan", "--show-ignored", cwd=repo.path)
    assert listed.code == 0
    assert "fixture of the docs" in listed.out
    assert ".keyscan.toml:1: revoked in May" in listed.out
    assert KEY[14:] not in listed.out


def test_unused_and_expired_ignores_are_reported(repo, run):
    """A whole scan names ignores that cover nothing and those whose day has passed, and only a whole one."""
    repo.write("a.py", f"k = '{KEY}'\n")
    repo.write(
        ".keyscan.toml",
        "[[ignore]]\npath = 'x'\n[[ignore]]\npath = 'a.py'\nexpires = 2020-01-01\n[[ignore]]\npath = 'a.py'\n",
    )
    result = run("scan", cwd=repo.path)
    assert result.code == 0
    assert "ignore at .keyscan.toml:1 covers nothing found" in result.out
    assert "ignore at .keyscan.toml:3 expired on 2020-01-01" in result.out
    assert ".keyscan.toml:6" not in result.out
    assert "covers nothing" not in run("scan", "a.py", cwd=repo.path).out


def test_reasons_can_be_demanded(repo, run):
    """With require-reasons a marker without one does not count."""
    repo.write(".keyscan.toml", "require-reasons = true\n")
    repo.write("a.py", f"k = '{KEY}'  # keyscan:allow\n")
    assert run("scan", cwd=repo.path).code == 1
    repo.write("a.py", f"k = '{KEY}'  # keyscan:allow sample\n")
    assert run("scan", cwd=repo.path).code == 0


def test_many_processes_ignore_the_same(repo, run):
    """Ignores reach worker processes whole."""
    for number in range(200):
        repo.write(f"d/{number}.json", json.dumps({"env": {"KEY": KEY}, "n": number}))
    repo.write(".keyscan.toml", "[[ignore]]\npath = 'd/*.json'\nkey = 'env.KEY'\nvalue = '^sk-'\n")
    assert run("scan", "-j", "2", cwd=repo.path).code == 0


def test_ignores_travel():
    """An Ignores that was used can be pickled, and means the same."""
    entry = Ignore("x", paths=("*.py",), values=("SECRET",))
    used = Ignores((entry,), {"a": "b"}, ("s", ""))
    data = b"SECRETVALUE"
    before = used.status(match(data, data), data, Origin("a.py"))
    copy = pickle.loads(pickle.dumps(used))  # noqa: S301 - made on the line itself
    assert copy.status(match(data, data), data, Origin("a.py")) == before
    assert ignores.Ignores().status(match(data, data), data, Origin("a.py")).status == "new"


def test_a_catastrophic_value_pattern_costs_little():
    """An expression that would backtrack for ever is given up, and ignores nothing."""
    entry = Ignore("x", values=(r"(a|a|aa)+$",))
    data = b"a" * 200 + b"b"
    used = Ignores((entry,))
    started = time.perf_counter()
    for _ in range(50):
        assert used.status(match(data, data), data, Origin("a")).status == "new"
    assert time.perf_counter() - started < 60


def test_a_hostile_text_costs_little():
    """Thousands of findings in one text with thousands of markers and keys are judged in little time."""
    data = b'{"a": [' + b", ".join(b'"secretlint-disable x", "SECRET%06d"' % n for n in range(5000)) + b"]}"
    used = Ignores((Ignore("x", keys=("b",)),))
    started = time.perf_counter()
    for number in range(5000):
        used.status(match(data, b"SECRET%06d" % number), data, Origin("a.json"))
    assert time.perf_counter() - started < 8


def test_in_the_history_a_path_is_ignored_where_it_stood(repo, run):
    """A blob that stood at an ignored path and at another one is reported at the other, whichever was first."""
    repo.write(".keyscan.toml", "[[ignore]]\npath = '/tests/'\n")
    repo.stage("tests/a.py", f"k = '{KEY}'\n")
    repo.commit()
    repo.stage("tests/b.py", f"j = '{OTHER}'\n")
    repo.commit()
    assert run("history", cwd=repo.path).code == 0
    repo.stage("src/a.py", f"k = '{KEY}'\n")
    repo.commit()
    found = json.loads(run("history", "-f", "json", cwd=repo.path).out)["findings"]
    assert [finding["path"] for finding in found] == ["src/a.py"]
    repo.write(".keyscan.toml", "exclude = ['a.py']\n")
    found = json.loads(run("history", "-f", "json", cwd=repo.path).out)["findings"]
    assert [finding["path"] for finding in found] == ["tests/b.py"]
