"""No output of any command in any format, and no written file, shows more of a secret than its redacted form.

Secrets of random rules are planted in every string that a repository can choose; KEYSCAN_PLAINTEXT_SEED chooses others.
"""

from __future__ import annotations

import html
import json
import os
import random
import re
import subprocess
import sys
from functools import cache
from urllib.parse import unquote

import pytest
from helpers.paths import ROOT
from helpers.tokens import token

from keyscan.api import Scanner
from keyscan.model.rule import Severity
from keyscan.reporters.registry import PLAINTEXT, REPORTERS
from keyscan.ruleset import templates

SEED = int(os.environ.get("KEYSCAN_PLAINTEXT_SEED", "1"))
# Of a secret, this many characters in a row are more than any redacted form shows behind its prefix.
WINDOW = 10
# Places in which a token by itself is known for what it is: by its prefix.
_NAMED = re.compile(r"[A-Za-z0-9_-]{20,80}\Z")


@cache
def _plain_rules():
    """The rules whose secrets are known by themselves, in a name or a sentence."""
    scanner = Scanner.default()
    rules = [rule for rule in scanner.rules if rule.prefix and rule.template and rule.severity >= Severity.MEDIUM]
    samples = {rule: templates.expand(rule.template, "sample") for rule in rules}
    return [rule for rule, text in samples.items() if _NAMED.match(text) and scanner.matches(f"N {text}".encode())]


class Planted:
    """Fake secrets, each with the rule that it is of and the place where it was put."""

    def __init__(self):
        self._rand = random.Random(SEED)  # noqa: S311 - not for secrets
        self._rules = _plain_rules()
        self.secrets = {}

    def make(self, place):
        """A fake secret for `place`, of a random rule."""
        rule = self._rand.choice(self._rules)
        text = templates.expand(rule.template, f"{place} {SEED}")
        self.secrets[text] = (rule, place)
        return text

    def add(self, text, place):
        """Another secret at `place`."""
        self.secrets[text] = (None, place)
        return text

    def shown_in(self, text):
        """The places whose secret `text` shows more of than its redacted form."""
        forms = (text, unquote(text), html.unescape(text), _unescaped(text))
        leaked = []
        for secret, (rule, place) in self.secrets.items():
            hidden = secret[len(rule.prefix) if rule else 0 :]
            windows = {hidden[at : at + WINDOW] for at in range(len(hidden) - WINDOW + 1)}
            # A word of the format itself (`access-production-...`) may stand in any sentence.
            windows = {window for window in windows if any(map(str.isdigit, window))}
            if any(window in form for window in windows for form in forms):
                leaked.append(f"{place} ({rule.id if rule else 'value'})")
        return leaked


def _unescaped(text):
    return re.sub(r"\\u([0-9a-fA-F]{4})", lambda found: chr(int(found[1], 16)), text.replace("\\/", "/"))


@pytest.fixture
def planted(repo):
    """A repository with secrets in everything that it can choose."""
    made = Planted()
    value = made.add(token("{alnum:24}", "generic"), "generic value and name")
    aws_id = made.add(token("AKIA{aws-id}", "first half"), "first half")
    aws_secret = made.add(token("{alnum:37}aB3", "second half"), "second half and name")
    repo.stage(
        "src/app.py",
        f'key = "{made.make("content")}"\nx = "{made.make("marker")}"  # keyscan:allow {made.make("its reason")}\n',
    )
    repo.stage(f"dir-{made.make('directory')}/a.py", f'k = "{made.make("content below a name")}"\n')
    repo.stage(f"{made.make('file name')}.txt", "nothing\n")
    repo.stage(f"named/{value}.py", f'password = "{value}"\n')
    repo.stage(f"pairs/{aws_secret}.py", f'aws_access_key_id = "{aws_id}"\naws_secret_access_key = "{aws_secret}"\n')
    repo.write(f".env-{made.make('name of an environment file')}", "DB_PASSWORD=x7Kq9vTz3mWp8RbL\n")
    repo.git("config", "http.extraHeader", f"Authorization: {made.make('header')}")
    repo.stage(".env", f"OPENAI_API_KEY={made.make('environment file')}\nDB_PASSWORD={value}\n")
    repo.stage("env.example", f"TOKEN={made.make('template')}\n")
    repo.stage(".mcp.json", json.dumps({"mcpServers": {"x": {"env": {"K": made.make("agent configuration")}}}}))
    repo.stage("n.ipynb", json.dumps({"nbformat": 4, "cells": [{"source": [f"k='{made.make('notebook')}'"]}]}))
    repo.stage("Dockerfile", f"COPY .env /\nENV A={made.make('Dockerfile')}\n")
    repo.commit(f"message {made.make('commit message')}")
    author = {"GIT_AUTHOR_NAME": f"N {made.make('author')}", "GIT_AUTHOR_EMAIL": f"{made.make('e-mail')}@example.org"}
    repo.stage("b.py", f'k = "{made.make("second commit")}"\n')
    repo.commit("more", env={**author, "GIT_COMMITTER_NAME": made.make("committer")})
    repo.git("branch", f"b-{made.make('branch')}")
    repo.git("notes", f"--ref=n-{made.make('ref of notes')}", "add", "-m", made.make("note"))
    repo.git("update-ref", f"refs/x/{made.make('custom ref')}", "HEAD")
    repo.git("tag", f"l-{made.make('light tag')}")
    repo.git("tag", "-a", f"t-{made.make('tag')}", "-m", made.make("tag message"))
    repo.git(
        "remote",
        "add",
        "origin",
        f"https://u:{made.make('password of a remote')}@host.example/{made.make('remote')}/x.git",
    )
    repo.git("checkout", "-q", "-b", f"c-{made.make('current branch')}")
    repo.write("untracked.py", f'k = "{made.make("untracked")}"\n')
    repo.write(
        ".keyscan.toml",
        f"""
exclude = ["{made.make("exclude")}/"]
[[ignore]]
path = "b.py"
reason = "{made.make("reason of an ignore")}"
[[ignore]]
value = "{made.make("value of an ignore")}"
expires = 2020-01-01
""",
    )
    repo.write(
        ".gitleaks.toml",
        f"""
[[rules]]
id = "x"
regex = '''{made.make("rule of another tool")}'''
[allowlist]
regexes = ['''(?<x>{made.make("allowlist")}''']
""",
    )
    repo.write(".secretlintrc.json", json.dumps({"rules": [{"id": "@secretlint/secretlint-rule-x",
                                                          "options": {"allows": [made.make("allows")]}}]}))  # fmt: skip
    return made


COMMANDS = [
    ("scan", "."),
    ("staged", "--whole-files"),
    ("history",),
    ("env",),
    ("checklist",),
    ("config", "show"),
    ("config", "check"),
    ("migrate", "--dry-run"),
    ("env", "--fix", "--check"),
    ("fix",),
    ("scan", ".", "--show-ignored"),
    ("baseline", "create"),
    ("baseline", "show"),
    ("baseline", "prune"),
    ("clean-history",),
    ("rotate",),
    ("rotate", "--check"),
]


def written(repo, cache):
    """The texts of all files that keyscan may have written."""
    for place in (repo.path, cache):
        for file in place.rglob("*"):
            if file.is_file() and ".git" not in file.relative_to(place).parts:
                yield file, file.read_bytes().decode("utf-8", "replace")


@pytest.mark.parametrize("argv", COMMANDS, ids=" ".join)
def test_no_command_shows_a_secret(planted, repo, run, cache_dir, argv):
    """Neither standard output nor standard error nor a written file holds one."""
    before = {file for file, _ in written(repo, cache_dir)}
    result = run(*argv, cwd=repo.path)
    assert result.code in {0, 1, 2, 3}
    assert planted.shown_in(result.out) == []
    assert planted.shown_in(result.err) == []
    for file, text in written(repo, cache_dir):
        # The cache holds rules as they are written, those that `migrate` tries out too.
        if file not in before and not (argv[0] == "migrate" and file.is_relative_to(cache_dir)):
            assert planted.shown_in(text) == [], file


@pytest.mark.parametrize("option", ["--show-ignored", "--show-secrets"])
@pytest.mark.parametrize("command", ["scan", "history"])
def test_no_format_shows_a_secret(planted, repo, run, tmp_path, command, option):
    """No report format shows one; with --show-secrets the console and JSON do, and no other."""
    files = {name: tmp_path / f"report.{name}" for name in REPORTERS}
    reports = [word for name, file in files.items() for word in ("--report", f"{name}={file}")]
    run(command, option, *reports, cwd=repo.path)
    for name, file in files.items():
        if option != "--show-secrets" or name not in PLAINTEXT:
            assert planted.shown_in(file.read_text("utf-8")) == [], name


@pytest.mark.parametrize(
    "text",
    [
        "{key} = 1\n",
        "min-severity = '{key}'\n",
        "disable = ['{key}']\n",
        "exclude = ['[{key}']\n",
        "rules = ['{key}.toml']\n",
        "extends = ['{key}.toml']\n",
        "[[ignore]]\nvalue = '({key}'\n",
        "[[ignore]]\nfingerprint = '{key}'\n",
        "[[ignore]]\n{key} = 1\n",
        "{key}",
        "baseline = '{key}'\n",
    ],
)
@pytest.mark.parametrize("command", ["scan", "staged"])
def test_no_message_on_a_configuration_shows_a_secret(repo, run, text, command):
    """What is wrong with a configuration is said without the secret that stands in it."""
    made = Planted()
    repo.write(".keyscan.toml", text.format(key=made.make("configuration")))
    repo.git("add", ".keyscan.toml")
    result = run(command, cwd=repo.path)
    assert planted_nowhere(made, result)


def test_no_message_on_the_command_line_shows_a_secret(repo, run):
    """Nor is a secret repeated that stands in an argument."""
    made = Planted()
    for argv in (["scan", made.make("path")], ["history", made.make("revision")], [made.make("command")],
                 ["scan", "--format", made.make("choice")], ["explain", made.make("rule")],
                 ["scan", f"--{made.make('option')}"]):  # fmt: skip
        assert planted_nowhere(made, run(*argv, cwd=repo.path)), argv[:1]


def test_no_message_on_a_baseline_shows_a_secret(repo, run):
    """A line of a baseline that is not understood is named by its place."""
    made = Planted()
    repo.write(".keyscan-baseline", f"# keyscan baseline 1\n{made.make('line')}\nsalt {made.make('salt')}\n")
    assert planted_nowhere(made, run("scan", ".", cwd=repo.path))


def planted_nowhere(made, result):
    """Whether no output of a run shows a secret."""
    return made.shown_in(result.out) == made.shown_in(result.err) == []


def test_no_started_program_or_protocol_shows_a_secret(tmp_path, spawn):
    """A program that is not there, and what a client of the server of tools asks for that nobody knows."""
    made = Planted()
    for argv in (["run", "--", made.make("program")], ["run", "--", f"/nowhere/{made.make('path of a program')}"]):
        done = spawn(argv, cwd=tmp_path)
        assert "No such file" in done.err
        assert planted_nowhere(made, done)
    client = {"protocolVersion": "2025-03-26", "capabilities": {}, "clientInfo": {"name": "c", "version": "1"}}
    asked = [
        ("initialize", client),
        (made.make("method"), {}),
        ("resources/read", {"uri": f"x:{made.make('resource')}"}),
        ("prompts/get", {"name": made.make("prompt")}),
        ("tools/call", {"name": made.make("tool"), "arguments": {}}),
        ("tools/call", {"name": "explain_rule", "arguments": {made.make("argument"): 1}}),
    ]
    lines = [
        json.dumps({"jsonrpc": "2.0", "id": number, "method": method, "params": params})
        for number, (method, params) in enumerate(asked)
    ]
    lines.insert(1, json.dumps({"jsonrpc": "2.0", "method": "notifications/initialized"}))
    # The end of the input would cut off the calls: it stays open until all are answered.
    with subprocess.Popen(
        [sys.executable, "-m", "keyscan", "mcp"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as server:
        server.stdin.write("".join(f"{line}\n" for line in lines).encode())
        server.stdin.flush()
        answers = [server.stdout.readline().decode() for _ in asked]
        _, error = server.communicate(timeout=60)
    assert sorted(json.loads(answer)["id"] for answer in answers) == list(range(len(asked)))
    assert error == b""
    assert made.shown_in("".join(answers)) == []
