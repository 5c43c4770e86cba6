"""Of no built-in rule's secret does any command, format or written file show more than the redacted form.

The rules are dealt to groups: a run takes two, others each day; KEYSCAN_PLAINTEXT_GROUPS=all takes every one.
`test_plaintext.py` puts secrets of random rules into more places. A failure names the rule and the command.
"""

from __future__ import annotations

import datetime as dt
import io
import json
import os
import zipfile
from functools import cache

import pytest
from hostile.test_plaintext import Planted, written

from keyscan.agents.redactor import Redactor
from keyscan.api import Scanner
from keyscan.engine.rule_check import example
from keyscan.model.rule import Severity
from keyscan.reporters.registry import REPORTERS
from keyscan.ruleset import cache as rule_cache
from keyscan.support import http

GROUPS = 12
# Rules on code itself: what they report is a name, which is shown.
RULES = [rule for rule in rule_cache.load_rules() if rule.category != "practice"]
# A secret that is shorter has no part that could be told from other text.
SHORTEST = 14
# Of expressions of the built-in rules the cache holds public literals such as AAAAAAAAAA.
OF_RULES = ("first-", "program-", "rules-", "quick-", "doubtful-")


def _chosen():
    """The groups of this run: two of the day, or all on request."""
    wanted = os.environ.get("KEYSCAN_PLAINTEXT_GROUPS", "")
    if wanted == "all":
        return list(range(GROUPS))
    if wanted:
        return [int(word) for word in wanted.split(",")]
    day = dt.datetime.now(tz=dt.UTC).toordinal()
    return [day % GROUPS, (day + GROUPS // 2) % GROUPS]


def test_every_rule_is_in_a_group():
    """No rule is left out, and each has something to be proved by."""
    assert sum(len(RULES[number::GROUPS]) for number in range(GROUPS)) == len(RULES) > 500
    assert all(rule.template or rule.examples for rule in RULES)


@cache
def _scanner():
    return Scanner.default()


def texts_of(rule, planted, least=Severity.INFO):
    """The first of the rule's examples, with all of `least` severity that a scan reports in them planted."""
    for number, template in enumerate(rule.examples[:1] or ("{secret}",)):
        text = example(rule, template, number)[1]
        for match in _scanner().matches(text):
            secret = match.secret.decode("utf-8", "replace")
            long = len(secret) - len(match.rule.prefix) >= SHORTEST and "\n" not in secret
            if long and match.rule.severity >= least:
                planted.secrets[secret] = (match.rule, rule.id)
        yield text


@pytest.fixture
def planted(request, repo):
    """A repository with the examples of a group of rules: as files, in an archive, a notebook, messages, a home."""
    secrets, packed, cells = Planted(), io.BytesIO(), []
    with zipfile.ZipFile(packed, "w") as archive:
        for rule in RULES[request.param :: GROUPS]:
            for number, text in enumerate(texts_of(rule, secrets)):
                repo.write(f"r/{rule.id}-{number}.txt", text + b"\n")
                archive.writestr(f"{rule.id}-{number}.txt", text)
                cells.append({"cell_type": "code", "source": [text.decode("utf-8", "replace") + "\n"], "outputs": []})
        archive.comment = cells[0]["source"][0].encode()
    sources = [cell["source"][0] for cell in cells]
    repo.write("a.zip", packed.getvalue())
    repo.write("n.ipynb", json.dumps({"nbformat": 4, "cells": cells, "metadata": {"k": sources[0]}}))
    repo.git("add", "-A")
    message = "\n".join(sources[:5]).encode("utf-8", "replace")
    repo.git("commit", "-q", "--no-verify", "-F", "-", stdin=message)
    repo.git("tag", "-a", "-F", "-", "v1", stdin="\n".join(sources[5:10]).encode("utf-8", "replace"))
    repo.git("rm", "-q", "--cached", "-r", "r")
    repo.git("add", "-A")
    repo.write("home/.bash_history", "".join(sources))
    repo.write("message", message)
    assert len(secrets.secrets) > 10
    return secrets


def _quiet(repo, tmp_path):
    """The commands that need no fingerprint, each with its arguments."""
    files = {name: tmp_path / f"report.{name}" for name in REPORTERS}
    reports = [word for name, file in files.items() for word in ("--report", f"{name}={file}")]
    yield "scan", ".", "--show-ignored", "-j", "1", *reports
    yield "history", "--all-occurrences", "-j", "1", "--report", f"json={tmp_path / 'history.json'}"
    yield "ci", "--mode", "tree"
    yield "staged", "--whole-files"
    yield "commit-msg", "message"
    yield ("fix",)
    yield "env", "--fix", "--check"
    yield "baseline", "create"
    yield "baseline", "show"
    yield "rotate", "--check"
    yield ("clean-history",)
    yield "machine", "--home", "home"
    yield "verify", ".", "--yes", "--audit", str(tmp_path / "audit.jsonl")
    state, page = tmp_path / "state", tmp_path / "fleet"
    yield (
        "fleet",
        str(repo.path),
        "--state",
        str(state),
        "-j",
        "1",
        f"--report=jsonl={page}.jsonl",
        f"--report=html={page}",
    )


@pytest.mark.timeout(1800)  # half a minute of processor time, on a busy machine ten
@pytest.mark.parametrize("planted", _chosen(), indirect=True)
def test_no_rules_secret_is_shown(planted, repo, run, cache_dir, tmp_path, monkeypatch):
    """Each command in its way, and every report format and file, over the same secrets."""

    def unreachable(host, _port):
        raise http.RequestFailed(f"{host}: unreachable")

    monkeypatch.setattr(http, "resolve", unreachable)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "records"))
    before = {file for file, _ in written(repo, cache_dir)}
    for argv in _quiet(repo, tmp_path):
        result = run(*argv, cwd=repo.path)
        assert result.code in {0, 1, 3}, (argv, result.err)
        assert planted.shown_in(result.out + result.err) == [], argv
    marks = {one["fingerprint"] for one in json.loads((tmp_path / "report.json").read_text())["findings"]}
    (repo.path / ".keyscan-baseline").unlink(missing_ok=True)
    dry = run("revoke", *sorted(marks), "--dry-run", cwd=repo.path)
    assert planted.shown_in(dry.out + dry.err) == [], "revoke"
    for mark in sorted(marks)[:2]:
        told = run("explain", mark, cwd=repo.path)
        assert planted.shown_in(told.out + told.err) == [], mark
    for file in tmp_path.rglob("*"):
        if file.is_file() and not file.is_relative_to(repo.path) and not file.name.startswith(OF_RULES):
            assert planted.shown_in(file.read_bytes().decode("utf-8", "replace")) == [], file
    for file, text in written(repo, cache_dir):
        assert file in before or file.name.startswith(OF_RULES) or planted.shown_in(text) == [], file


def test_filters_replace_every_rules_secret():
    """What `filter`, `run`, the agents' hooks and messages pass on has none of the secrets of all rules in it."""
    redactor = Redactor.default(min_severity=Severity.INFO)
    shown = []
    for rule in RULES:
        secrets = Planted()
        for text in texts_of(rule, secrets):
            shown += secrets.shown_in(redactor.redact(text.decode("utf-8", "replace")).text)
    assert shown == []


def test_the_cache_holds_nothing_of_other_rules(repo, run, tmp_path, monkeypatch):
    """A key that is written in a user's rule, or in a rule of another tool that `migrate` tries out, is not stored."""
    secrets, place = Planted(), tmp_path / "cache"
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(place))
    repo.stage("a.py", f'k = "{secrets.make("content")}"\n')
    rule = f"[[rules]]\nid = 'own-rule'\ndescription = 'x'\nregex = '''{secrets.make('expression')}'''\n"
    repo.write("own.toml", rule)
    repo.write(".gitleaks.toml", rule.replace("own-rule", "other-rule"))
    assert run("scan", "a.py", "--rules", "own.toml", cwd=repo.path).code == 1
    assert run("scan", "a.py", "--rules", "own.toml", "--engine", "regex", cwd=repo.path).code == 1
    assert run("migrate", "--dry-run", cwd=repo.path).code == 0
    assert list(place.iterdir())
    for file in place.rglob("*"):
        if file.is_file():
            assert secrets.shown_in(file.read_bytes().decode("latin-1")) == [], file
