"""Ignores: what was said to be fine is not reported but counted, and nothing else goes with it."""

from __future__ import annotations

import json
import pickle
import time

import pytest
from helpers.matches import RULE, match
from helpers.tokens import token

from keyscan.model.blob import Origin
from keyscan.model.fingerprint import fingerprint, fingerprints
from keyscan.suppressions import policy
from keyscan.suppressions.ignore import Ignore
from keyscan.suppressions.policy import SuppressionPolicy

KEY = token("sk-ant-api03-{b64url:93}AA")
OTHER = token("sk-ant-api03-{b64url:93}AA", "other")


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
        "[[ignore]]\npath = 'x'\n[[ignore]]\npath = 'a.py'\nexpires = 2020-01-01\n[[ignore]]\npath = 'a.py'\n"
        "[[ignore]]\npath = 'y'\nallow-unused = true\n",
    )
    result = run("scan", cwd=repo.path)
    assert result.code == 0
    assert "ignore at .keyscan.toml:1 covers nothing found" in result.out
    assert "ignore at .keyscan.toml:3 expired on 2020-01-01" in result.out
    assert ".keyscan.toml:6" not in result.out
    assert ".keyscan.toml:8" not in result.out
    assert "covers nothing" not in run("scan", "a.py", cwd=repo.path).out
    repo.write(".keyscan.toml", "[[ignore]]\npath = 'x'\nallow-unused = 1\n")
    result = run("scan", cwd=repo.path)
    assert result.code == 2
    assert ".keyscan.toml:3: allow-unused must be true or false" in result.err


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
    """A policy that was used can be pickled, and means the same."""
    entry = Ignore("x", paths=("*.py",), values=("SECRET",))
    used = SuppressionPolicy((entry,), {"a": "b"}, ("s", ""))
    data = b"SECRETVALUE"
    before = used.status(match(data, data), data, Origin("a.py"))
    copy = pickle.loads(pickle.dumps(used))  # noqa: S301 - made on the line itself
    assert copy.status(match(data, data), data, Origin("a.py")) == before
    assert SuppressionPolicy().status(match(data, data), data, Origin("a.py")).status == "new"


def test_a_hostile_text_costs_little():
    """Thousands of findings in one text with thousands of markers and keys are judged in little time."""
    data = b'{"a": [' + b", ".join(b'"secretlint-disable x", "SECRET%06d"' % n for n in range(5000)) + b"]}"
    used = SuppressionPolicy((Ignore("x", keys=("b",)),))
    started = time.process_time()
    for number in range(5000):
        used.status(match(data, b"SECRET%06d" % number), data, Origin("a.json"))
    assert time.process_time() - started < 8


@pytest.mark.parametrize("path", ["/".join(["a" * 200] * 20), "a/" * 2000 + "a", "a" * 500_000])
@pytest.mark.parametrize("where", ["one ignore", "many ignores", "exclude"])
def test_patterns_of_one_finding_take_no_more_time_than_all_may(monkeypatch, path, where):
    """The bound counts within one pass over the patterns: thousands of them against a path as a tree may hold it."""
    monkeypatch.setattr(policy, "_SECONDS", 2.0)
    patterns = tuple(f"**/*{'a*' * 50}b{number}*/**" for number in range(3000))
    ignores = {
        "one ignore": (Ignore("x", paths=patterns),),
        "many ignores": [Ignore("x", paths=(p,)) for p in patterns],
    }
    excluded = patterns if where == "exclude" else ()
    used = SuppressionPolicy(tuple(ignores.get(where, ())), exclude=excluded)
    data = b"k = 'SECRET'"
    # Parsing thousands of patterns is a matter of the configuration's size.
    used.status(match(data, b"SECRET"), data, Origin("a.py"))
    started = time.thread_time()
    status = used.status(match(data, b"SECRET"), data, Origin(path))
    assert status.status == "new"
    assert time.thread_time() - started < 4


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


@pytest.mark.parametrize("how", ["known", "ignored"])
def test_a_generic_secret_is_accepted_under_any_generic_rule(how):
    """What was accepted between quotes is accepted without them; another rule's secret is not."""
    data = b"x = SECRETVALUE"
    mark = fingerprint("generic-quoted-secret", b"SECRETVALUE", "s")
    policy = (
        SuppressionPolicy(known={mark: "fine"}, salts=("s", ""))
        if how == "known"
        else SuppressionPolicy((Ignore("x", fingerprints=(mark,)),), salts=("s", ""))
    )
    generic = match(data, b"SECRETVALUE", id="generic-assigned-secret", filters="generic")
    assert policy.status(generic, data, Origin("a")).status == {"known": "baseline", "ignored": "ignored"}[how]
    assert policy.status(match(data, b"SECRETVALUE"), data, Origin("a")).status == "new"


def test_a_fingerprint_of_an_earlier_version_counts():
    """A baseline that was committed before fingerprints of several lines became one still covers them."""
    secret = b"-----BEGIN X-----\r\n  abc\r\n-----END X-----"
    current, earlier = fingerprints(RULE, secret, "s")
    found = match(secret, secret)
    for mark in (current, earlier):
        policy = SuppressionPolicy(known={mark: ""}, salts=("s", ""))
        assert policy.status(found, secret, Origin("a")) == ("baseline", "in the baseline", mark)
