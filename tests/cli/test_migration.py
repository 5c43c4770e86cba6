"""From another scanner to a clean run: what was allowed stays allowed, and nothing that is written is called unused."""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys

import pytest
from helpers.paths import ROOT
from helpers.tokens import token

from keyscan.suppressions import baseline

pytestmark = pytest.mark.usefixtures("without_compiling")

KEY = token("sk-ant-api03-{b64url:93}AA")
OTHER = token("sk-ant-api03-{b64url:93}AA", "other")
PAT = token("ghp_{alnum:30}{crc32-base62:ghp_}")
RANDOM = token("{alnum:40}", "random")
DATADOG = token("{hex:32}", "datadog")
ACME = token("acme_{lowernum:24}")


def clean(repo, run):
    """Commit the configuration; files, history and CI are clean, and no line speaks of something unused."""
    repo.git("add", "-A")
    repo.commit("keyscan")
    for command in (["scan"], ["history"], ["ci", "--mode", "all", "-f", "console"]):
        result = run(*command, cwd=repo.path)
        assert result.code == 0, (command, result.out, result.err)
        for word in ("remove it", "prune", "unused", "expired"):
            assert word not in result.out + result.err, command


def before(repo, run, least=1):
    """Without a migration there are findings."""
    repo.git("add", "-A")
    repo.commit("work")
    found = json.loads(run("history", "-f", "json", "--isolated", cwd=repo.path).out)["findings"]
    assert len(found) >= least


def test_a_user_of_gitleaks(repo, run):
    """Allowlists of generic-api-key and of a team's own rule cover what rules of ours report under other names."""
    repo.stage("old.py", f"k = '{KEY}'\n")
    commit = repo.commit("old")
    repo.git("rm", "-q", "old.py")
    repo.commit("gone")
    repo.stage("allowed.py", f"k = '{PAT}'\n")
    allowed = repo.commit("allowed")
    repo.write("data/made/a.py", f"api_key = '{RANDOM}'\nDD_API_KEY = '{DATADOG}'\n")
    repo.write("lib/b.py", f"x = '{ACME}'\ntoken = '{OTHER}'\n")
    repo.write(
        ".gitleaks.toml",
        f"""
[extend]
useDefault = true

# Findings in our fixtures are made up.
[[rules]]
id = "generic-api-key"
[[rules.allowlists]]
paths = ['''^data/made/''']  # never deployed

[[rules]]
id = "acme"
regex = '''(?:acme_[a-z0-9]{{24}}|sk-ant-[A-Za-z0-9_-]{{20,120}})'''
# The sandbox of Acme.
[[rules.allowlists]]
paths = ['''^lib/''']

[allowlist]
description = "before our time"
commits = ["{allowed}"]
paths = ['''never/seen''']
""",
    )
    repo.write(".gitleaksignore", f"# Revoked in 2024.\n{commit}:old.py:anthropic:1\n")
    before(repo, run, 5)
    out = run("migrate", cwd=repo.path).out
    assert "not carried over" not in out
    assert "is clean" in out
    text = (repo.path / ".keyscan.toml").read_text()
    for words in ("# Findings in our fixtures are made up.", "# never deployed", "# The sandbox of Acme.", "datadog"):
        assert words in text
    assert text.count("allow-unused = true") == 1
    entries = baseline.load((repo.path / ".keyscan-baseline").read_bytes(), "b").entries
    assert {entry.path for entry in entries} == {f"{commit[:12]}:old.py", f"{allowed[:12]}:allowed.py"}
    assert any(entry.reason == "Revoked in 2024. (from .gitleaksignore: anthropic)" for entry in entries)
    (repo.path / ".gitleaks.toml").unlink()
    clean(repo, run)


def test_a_baseline_of_gitleaks_and_an_extended_file(repo, run):
    """A report that a workflow names as baseline counts, as does a configuration that another one extends."""
    repo.write("a.py", f"k = '{KEY}'\n")
    repo.write("gen/b.py", f"k = '{PAT}'\n")
    repo.write("ci/base.toml", "[[allowlists]]\npaths = ['''^gen/''']\n")
    repo.write("conf/leaks.toml", "[extend]\npath = 'ci/base.toml'\n")
    report = [{"RuleID": "x", "File": "a.py", "StartLine": 7, "Secret": KEY, "Commit": ""}]
    repo.write("conf/known.json", json.dumps(report))
    repo.write(
        ".github/workflows/scan.yml",
        "jobs:\n  a:\n    steps:\n      - uses: gitleaks/gitleaks-action@v2\n        env:\n"
        "          GITLEAKS_CONFIG: conf/leaks.toml\n"
        "      - run: gitleaks detect --baseline-path conf/known.json -v\n",
    )
    before(repo, run, 2)
    out = run("migrate", cwd=repo.path).out
    assert ".github/workflows/scan.yml:4: replace gitleaks/gitleaks-action@v2 by the step below" in out
    assert ".github/workflows/scan.yml:7: replace gitleaks by the step below" in out
    assert "fetch-depth: 0" in out
    (repo.path / "conf/known.json").unlink()
    repo.git("rm", "-q", "-r", "--cached", "conf/known.json")
    repo.git("commit", "-q", "--amend", "-m", "work")
    repo.git("reflog", "expire", "--expire=now", "--all")
    clean(repo, run)


def test_a_user_of_detect_secrets(repo, run):
    """Hashes, word lists and excludes of its baseline and of the hook's arguments hold."""
    repo.write("a.py", f"\n\nk = '{KEY}'\n")
    repo.write("words.py", f"password = 'wwwtest-{RANDOM[:20]}'\n")
    repo.write("skip/b.py", f"k = '{PAT}'\n")
    repo.write("words.txt", "wwwtest\n")
    digest = hashlib.sha1(KEY.encode(), usedforsecurity=False).hexdigest()
    document = {
        "version": "1.5.0",
        "filters_used": [
            {"path": "detect_secrets.filters.wordlist.should_exclude_secret", "file_name": "words.txt", "min_length": 3}
        ],
        "results": {
            "a.py": [
                {
                    "type": "K",
                    "hashed_secret": digest,
                    "line_number": 1,
                }
            ]
        },
    }
    repo.write(".secrets.baseline", json.dumps(document, indent=2))
    repo.write(
        ".pre-commit-config.yaml",
        "exclude: |\n    (?x)^(\n        none/|   # c\n        nowhere/\n    )\nrepos:\n"
        "  - repo: https://github.com/Yelp/detect-secrets\n    rev: v1.5.0\n    hooks:\n      - id: detect-secrets\n"
        "        args:\n          - --baseline\n          - .secrets.baseline\n          - --exclude-files\n"
        "          - ^skip/\n        exclude: package.lock.json\n",
    )
    before(repo, run, 2)
    out = run("migrate", cwd=repo.path).out
    assert "not carried over" not in out
    text = (repo.path / ".keyscan.toml").read_text()
    assert '"^(none/|nowhere/)"' in text
    assert '"^skip/"' in text
    clean(repo, run)


def test_a_user_of_ggshield(repo, run):
    """Ignored paths, secrets in plain text and as digests, and detectors."""
    repo.write("a.py", f"k = '{KEY}'\n")
    repo.write("b.py", f"k = '{PAT}'\n")
    repo.write("docs/c.py", f"k = '{PAT[:-1]}'\nk = '{KEY[:-3]}AAA'\n")
    repo.write("d.py", f"password = '{RANDOM}'\n")
    digest = hashlib.sha256(KEY.encode()).hexdigest()
    repo.write(
        ".gitguardian.yaml",
        f"""version: 2
verbose: false
secret:
  # Documentation has made-up keys.
  ignored-paths:
    - docs/**
  ignored-matches:
    - name: the first one # was a test
      match: {digest}
    - match: {PAT}
  ignored-detectors:
    - Generic Password
""",
    )
    before(repo, run, 3)
    out = run("migrate", cwd=repo.path).out
    assert "not carried over" not in out
    assert PAT not in out
    assert "nothing to do for 1: settings of ggshield's client" in out
    assert "# Documentation has made-up keys." in (repo.path / ".keyscan.toml").read_text()
    repo.git("rm", "-q", "--cached", ".gitguardian.yaml")
    (repo.path / ".gitguardian.yaml").unlink()
    clean(repo, run)


@pytest.mark.parametrize("form", ["json", "yaml"])
def test_a_user_of_secretlint(repo, run, form):
    """Its own patterns become rules, allowed texts ignores; JSON with comments and YAML are read."""
    repo.write("a.py", f"k = '{PAT}'\nx = '{ACME}'\n")
    if form == "json":
        repo.write(
            ".secretlintrc.json",
            '{"rules": [\n  // Acme issues these.\n  {"id": "@secretlint/secretlint-rule-pattern", "options": '
            '{"patterns": [{"name": "acme", "pattern": "/acme_[a-z0-9]{24}/i"}]}},\n'
            '  {"id": "@secretlint/secretlint-rule-github", "options": {"allows": ["/^ghp_/"]}}\n]}\n',
        )
    else:
        repo.write(
            ".secretlintrc.yml",
            "rules:\n  # Acme issues these.\n  - id: '@secretlint/secretlint-rule-pattern'\n    options:\n"
            "      patterns:\n        - name: acme\n          patterns: ['/(?<key>acme_[a-z0-9]{24})/i']\n"
            "  - id: '@secretlint/secretlint-rule-github'\n    options:\n      allows: ['/^ghp_/']\n",
        )
    before(repo, run)
    out = run("migrate", cwd=repo.path).out
    assert "not carried over" not in out
    found = json.loads(run("scan", "-f", "json", cwd=repo.path).out)["findings"]
    assert [one["rule"] for one in found] == ["acme"]
    assert "1 secret left" in out
    repo.write("a.py", f"k = '{PAT}'\n")
    repo.git("add", "-A")
    repo.git("commit", "-q", "--amend", "-m", "work")
    clean(repo, run)


def test_a_user_of_trufflehog(repo, run):
    """Custom detectors become rules with what they exclude; the arguments of a workflow's step name the files."""
    repo.write("a.py", f"x = '{ACME}'\n")
    repo.write("old/b.py", f"k = '{KEY}'\n")
    repo.write("tool/excludes", "# Left by the contractor.\n^old/\n")
    repo.write(
        "tool/config.yaml",
        "detectors:\n  # Acme's keys\n  - name: Acme\n    keywords: [acme]\n"
        "    regex:\n      key: '(acme_[a-z0-9]{24})'\n"
        "    exclude_regexes_match: ['^x = ']\n    verify:\n      - endpoint: https://acme.example/\n",
    )
    repo.write(
        ".github/workflows/t.yml",
        "steps:\n  - uses: trufflesecurity/trufflehog@main\n    with:\n"
        "      extra_args: --exclude-paths=tool/excludes --config tool/config.yaml --results=verified\n",
    )
    before(repo, run)
    out = run("migrate", cwd=repo.path).out
    assert "verify of Acme" in out
    assert ".github/workflows/t.yml:2: replace trufflesecurity/trufflehog@main by the step below" in out
    assert "# Left by the contractor." in (repo.path / ".keyscan.toml").read_text()
    assert "# Acme's keys" in (repo.path / "keyscan-rules.toml").read_text()
    assert "1 excluded path" not in out
    assert "2 ignores, 1 rule," in out
    clean(repo, run)


def test_a_user_of_talisman(repo, run):
    """A file that is fine as it is: its secrets are accepted, not the file."""
    repo.write("danger.py", f"k = '{KEY}'\n")
    repo.write("conf/a.snap", f"k = '{PAT}'\n")
    repo.write("line.py", f"test_password = '{RANDOM}'\n")
    repo.write(
        ".talismanrc",
        "fileignoreconfig:\n# for the demo\n- filename: danger.py\n  checksum: 0123abcd\n"
        "- filename: conf/*.snap\n  checksum: 0123abcd\n- filename: logo.png\n  ignore_detectors: [filesize]\n"
        "allowed_patterns:\n- test_password\nscopeconfig:\n- scope: go\nversion: '1.0'\n",
    )
    before(repo, run, 2)
    out = run("migrate", cwd=repo.path).out
    assert "not carried over" not in out
    assert "for the demo" in (repo.path / ".keyscan-baseline").read_text()
    clean(repo, run)
    repo.write("danger.py", f"k = '{KEY}'\nk = '{PAT[:-1]}A'\nj = '{OTHER}'\n")
    assert run("scan", cwd=repo.path).code == 1


def test_a_clone_without_the_commits_is_said(repo, run):
    """Entries of commits that a shallow clone lacks are no good news."""
    repo.write("a.py", "x = 1\n")
    repo.write(".gitleaksignore", f"{'a' * 40}:a.py:r:1\n{'a' * 40}:b.py:r:1\n")
    out = run("migrate", cwd=repo.path).out
    assert "not carried over: .gitleaksignore: 2 name commits that are not in this clone" in out


def test_a_reader_who_goes_away_loses_nothing(repo):
    """The files are written before anything is printed, so a closed pipe costs the text only."""
    repo.write("a.py", f"k = '{KEY}'\n")
    repo.write(".gitleaks.toml", "[allowlist]\npaths = ['''a''']\n")
    repo.write(".gitleaksignore", "a.py:r:1\n")
    child = subprocess.Popen(
        [sys.executable, "-m", "keyscan", "migrate"],
        cwd=repo.path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    child.stdout.close()
    errors = child.stderr.read()
    child.stderr.close()
    assert child.wait() == 3
    assert b"Traceback" not in errors
    assert "path-patterns" in (repo.path / ".keyscan.toml").read_text()
    assert baseline.load((repo.path / ".keyscan-baseline").read_bytes(), "b").entries
