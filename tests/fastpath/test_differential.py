"""The fast path and both engines over random commits: clean is clean for all, the engines and the oracle find the same.

KEYSCAN_DIFFERENTIAL sets the number of commits, KEYSCAN_DIFFERENTIAL_SEED the seed of the first one. With
KEYSCAN_DIFFERENTIAL_THOROUGH=1 the slow engine reads every commit, and the oracle every fifth.
"""

from __future__ import annotations

import base64
import os
import random

import pytest
from helpers.matchers import RULES, matchers
from helpers.oracle import missed
from helpers.tokens import token

from keyscan.api import Scanner
from keyscan.engine import rule_check
from keyscan.fastpath import artifact, doubtful, engine
from keyscan.fastpath.staged import is_clean
from keyscan.hygiene import audit
from keyscan.model.blob import Blob, Origin
from keyscan.ruleset.cache import load_rules

COUNT = int(os.environ.get("KEYSCAN_DIFFERENTIAL", "20000"))
SEED = int(os.environ.get("KEYSCAN_DIFFERENTIAL_SEED", "1"))
THOROUGH = os.environ.get("KEYSCAN_DIFFERENTIAL_THOROUGH") == "1"
# So many tests share the commits, for so many processes at most.
PARTS = 8
# The engine without Hyperscan and the oracle, which runs each rule's expression over the whole text, take most time.
ORACLE_EVERY = 5 if THOROUGH else 40
KEYWORDS_EVERY = 1 if THOROUGH else 5

NAMES = (
    "a.py",
    "src/app.ts",
    "README.md",
    "config.yaml",
    "deploy/values.yml",
    "main.go",
    "test_x.py",
    "docs/a.md",
    "x.json",
    "k8s/secret.yaml",
    "notes.txt",
    "Dockerfile",
    "a",
    "app.ipynb",
    "data.csv",
    "env.py",
    "environment.ts",
    "index.html",
    ".env",
    ".env.example",
    "env.example",
    "env-sample",
    "ENV.TEMPLATE",
    "prod.env",
    ".envrc",
    "envrc.example",
    "x.vars",
    ".dev.vars",
    "secrets.toml",
    "credentials.json",
    "service-account.json",
    ".npmrc",
    "_netrc",
    "settings.json",
    "local.settings.json",
    "\udcff.py",
    "päth.py",
    "archive.bin",
)
CODE = (
    b"def add(a, b):\n    return a + b\n",
    b"const x = require('y');\n",
    b"import os\n",
    b"# a comment\n",
    b"<p>text</p>\n",
    b'api_key = "your-api-key-here"\n',
    b"password: change-me\n",
    b'token = os.environ["TOKEN"]\n',
    b"SECRET=${SECRET}\n",
    b"sha512-z4PhNX7vuL3xVChQ1m2AB9Yg5AULVxXcg/SpIdNs6c5H0NE8XYXysP+DGNKHfuwvY7kxvUdBeoGlODJ6+SfaPg==\n",
    b"https://user:password@example.org/x\n",
    b"kind: Secret\ndata:\n  a: eA==\n",
    b"\xc3\xa9\xff\xfe\n",
    b"\r\n",
    b"",
    b"id = 3f2b8c1e-5d4a-4e6f-9b7a-1c2d3e4f5a6b\n",
    b"Authorization: Bearer <token>\n",
    b"--password=$PASS --user x\n",
)
GENERIC = tuple(
    token(template).encode()
    for template in (
        'password = "{alnum:20}"\n',
        "DB_PASSWORD={alnum:16}\n",
        '"client_secret": "{alnum:20}"\n',
        "postgres://app:{alnum:12}@db.internal:5432/app\n",
        "--api-key {hex:32}\n",
    )
)


class Commits:
    """Random commits, each made from its number alone."""

    def __init__(self, rules):
        self._examples = [(rule, template) for rule in rules for template in rule.examples or ("{secret}",)]

    def files(self, seed):
        """The (path, contents) of one commit."""
        rand = random.Random(seed)  # noqa: S311 - not for secrets
        return [(rand.choice(NAMES), self._text(rand)) for _ in range(rand.choice((1, 1, 2, 4)))]

    def _text(self, rand):
        parts = [rand.choice(CODE) for _ in range(rand.randrange(12))]
        for _ in range(rand.choice((0, 0, 1, 1, 2))):
            parts.insert(rand.randrange(len(parts) + 1), self._secret(rand))
        text = b"".join(parts)
        if rand.random() < 0.06:
            text = rand.choice(_WHOLE)(text)
        return text

    def _secret(self, rand):
        if rand.random() < 0.15:
            return rand.choice(GENERIC)
        rule, template = rand.choice(self._examples)
        text = rule_check.example(rule, template, rand.randrange(50))[1]
        changed = rand.random()
        if changed < 0.35:
            at = rand.randrange(len(text)) if text else 0
            noise = rand.choice((b"", b"x", b" ", b"\n", b"'", b'" "', b"%2D"))
            text = text[:at] + noise + text[at + rand.randrange(2) :]
        elif changed < 0.5:
            text = rand.choice(_ENCODED)(text)
        elif changed < 0.55:
            text += rand.choice((b"  # keyscan:allow\n", b" # nosec\n"))
        return text + b"\n"


_ENCODED = (
    base64.b64encode,
    lambda text: base64.b64encode(b"padding " + text),
    lambda text: base64.b64encode(base64.b64encode(text)),
    lambda text: b"".join(b"%%%02X" % byte for byte in text),
    lambda text: b"".join(b"\\u%04x" % byte for byte in text),
    lambda text: b"'" + text[: len(text) // 2] + b"' +\n  '" + text[len(text) // 2 :] + b"'",
    lambda text: text.replace(b"-", b"%2D").replace(b"_", b"%5F"),
    lambda text: text[: len(text) // 3] + b'" "' + text[len(text) // 3 :],
    lambda text: text[: len(text) // 2] + b"=\r\n" + text[len(text) // 2 :],
    lambda text: text[: len(text) // 2] + b"\x1b[1m" + text[len(text) // 2 :],
)
_WHOLE = (
    lambda text: b"\xef\xbb\xbf" + text,
    lambda text: text.decode("latin-1").encode("utf-16"),
    lambda text: text.decode("latin-1").encode("utf-16-le"),
    lambda text: b"PK\x03\x04" + text,
    lambda text: text + b"\0",
    lambda text: text.replace(b"\n", b"\0"),
    lambda text: ("\u4e0a" * 40 + text.decode("latin-1")).encode("utf-16-be"),
    lambda text: b"\xfe" + text,
    lambda text: b'{"nbformat": 4, "cells": [{"source": "' + text.replace(b'"', b"") + b'"}]}',
    lambda text: text.replace(b"\n", b"\r\n"),
    lambda text: text.replace(b"\n", b"\r"),
)


@pytest.fixture(scope="module")
def stored(tmp_path_factory):
    """The stored engine, and the whole command's scanner."""
    pytest.importorskip("hyperscan")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path_factory.mktemp("differential")))
        rules = load_rules()
        assert artifact.store_engine(rules)
        quick = engine.open_stored()
        judge = doubtful.DoubtfulTexts(quick)
        # Loaded once, not for every commit.
        patch.setattr(doubtful, "DoubtfulTexts", lambda _engine: judge)
        yield quick, Scanner(rules, engine="hyperscan"), Scanner(rules, engine="regex")


def found_by_the_whole_command(scanner, files):
    """Findings of any severity and skips, as `keyscan staged` has them before a baseline or an ignore."""
    blobs = [Blob(data, Origin(path, blob="0" * 40)) for path, data in files]
    result = scanner.scan_blobs(blobs)
    findings = [*result.findings, *audit.staged(blobs, scanner.matcher(0), "", ())]
    told = [(one.rule_id, one.origin.path, one.severity, one.fingerprint, one.location) for one in findings]
    return sorted(told, key=repr), result.skipped, result.hidden


@pytest.mark.timeout(36_000)
@pytest.mark.parametrize("part", range(PARTS))
def test_clean_means_clean(stored, part):
    """For random commits, a clean answer of the fast path is that of both engines, which find the same in all."""
    quick, scanner, keywords = stored
    matcher = matchers()["hyperscan"]
    commits = Commits(RULES)
    clean = 0
    seeds = range(SEED + COUNT * part // PARTS, SEED + COUNT * (part + 1) // PARTS)
    for seed in seeds:
        files = commits.files(seed)
        found = found_by_the_whole_command(scanner, files)
        if not seed % KEYWORDS_EVERY:
            assert found == found_by_the_whole_command(keywords, files), (seed, [path for path, _ in files])
        if not seed % ORACLE_EVERY:
            for path, data in files:
                assert list(missed(matcher, RULES, data)) == [], (seed, path)
        if is_clean(quick, files):
            clean += 1
            assert found == ([], (), 0), (seed, [path for path, _ in files])
    # A fast path that is never sure would pass too.
    assert clean > len(seeds) / 10


@pytest.mark.parametrize(
    ("text", "paths"),
    [
        ("", ["a.py"]),
        ("exclude = ['vendor/']", ["vendor/x.py", "a.py"]),
        ("exclude = ['vendor/']", ["a.py"]),
        ("exclude = ['*.lock', '!a.lock']", ["a.lock"]),
        ("exclude = ['/[ab]/x*']", ["a/xy.py"]),
        ("min-severity = 'info'", ["a.py"]),
        ("min-severity = 'low'\nrequire-reasons = true\ninline-ignores = 'none'", ["a.py"]),
        ("[[ignore]]\npath = 'a.py'\nreason = 'x'", ["a.py"]),
        ("[[ignore]]\npath = 'a.py'\nexpires = 2020-01-01", ["a.py"]),
        ("disable = ['openai-api-key']", ["a.py"]),
        ("builtin-rules = false", ["a.py"]),
        ("baseline = 'nowhere'", ["a.py"]),
        ("format = 'json'", ["a.py"]),
        ("whole-files = true", ["a.py"]),
        ("color = true", ["a.py"]),
        ("exit-zero = true\nsalt = '0123456789abcdef'", ["a.py"]),
        ("extends = ['b.toml']", ["a.py"]),
        ("broken", ["a.py"]),
    ],
)
@pytest.mark.parametrize("key", [False, True])
def test_runs_say_the_same_the_second_time(repo, spawn, anthropic_key, text, paths, key):
    """With any configuration, with a key and without, the hook's second answer is its first one."""
    for path in paths:
        repo.stage(path, f"k = '{anthropic_key}'\n" if key else "password = 'change-me-please'\n")
    if text:
        repo.stage(".keyscan.toml", text + "\n")
    first, second = (spawn(["staged"], cwd=repo.path) for _ in range(2))
    assert (second.code, _timeless(second.out), second.err) == (first.code, _timeless(first.out), first.err)


@pytest.mark.parametrize("variable", ["NO_COLOR", "FORCE_COLOR", "PRE_COMMIT", "KEYSCAN_CONFIG"])
def test_the_environment_counts_the_second_time_too(repo, spawn, variable):
    """What the environment asks for holds for both answers."""
    repo.stage("a.py", "x = 1\n")
    value = {"KEYSCAN_CONFIG": "nowhere.toml"}.get(variable, "1")
    first, second = (spawn(["staged"], cwd=repo.path, env={variable: value}) for _ in range(2))
    assert (second.code, _timeless(second.out)) == (first.code, _timeless(first.out))


def _timeless(text):
    """A report without the time that the run took."""
    import re

    return re.sub(r"[0-9.]+ s\b|\"(seconds|started)\": *[^,}]+", "", text)
