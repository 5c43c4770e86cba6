"""Moving over: files as users of other tools have them, written from those tools' public documentation."""

from __future__ import annotations

import hashlib
import json

import pytest
from helpers.tokens import token

from keyscan.suppressions import baseline

pytestmark = pytest.mark.usefixtures("without_compiling")

KEY = token("sk-ant-api03-{b64url:93}AA")
OTHER = token("sk-ant-api03-{b64url:93}AA", "other")
ACME = token("acme_{lowernum:24}")
RULE = "anthropic-api-key"

GITLEAKS = rf"""
title = "Team"

[extend]
useDefault = true
disabledRules = ["{RULE}", "no-such-rule"]

[[rules]]
id = "acme-token"
description = "Acme"
regex = '''(?i)\b(acme_[a-z0-9]{{24}})\b'''
keywords = ["acme_"]
  [[rules.allowlists]]
  description = "docs"
  condition = "AND"
  paths = ['''(^|/)docs/''']
  regexes = ['''acme_''']

[[rules]]
id = "files-only"
path = '''\.pem$'''

[[rules]]
id = "odd"
regex = '''(?=x)acme'''

[[rules]]
id = "no-such-rule"
[rules.allowlist]
paths = ['''a''']

[[allowlists]]
description = "third party"
paths = ['''^vendor/''']
commits = ["0123456789012345678901234567890123456789"]

[sometime]
new = 1
"""


def test_nothing_to_move(repo, run):
    """Where no other scanner was used, nothing is written."""
    assert "nothing of another scanner" in run("migrate", cwd=repo.path).out
    assert not (repo.path / ".keyscan.toml").exists()


def test_a_user_of_gitleaks(repo, run):
    """Rules, allowlists and disabled rules go on working; what could not be carried is named with its line."""
    repo.write(".gitleaks.toml", GITLEAKS)
    repo.write("a.py", f"a = '{ACME}'\nk = '{KEY}'\n")
    repo.write("docs/b.py", f"a = '{ACME}'\n")
    repo.write("vendor/c.py", f"a = '{ACME}'\n")
    result = run("migrate", cwd=repo.path)
    assert result.code == 0, result.err
    lines = GITLEAKS.splitlines()
    for text, says in [
        ("path = '''\\.pem", "rule files-only"),
        ("regex = '''(?=x)", "rule odd"),
        ("[rules.allowlist]", "its rule no-such-rule has no counterpart"),
        ("[sometime]", "sometime: not known"),
    ]:
        number = next(number for number, line in enumerate(lines, 1) if text in line)
        place = f".gitleaks.toml:{number}" if "pem" not in text else ".gitleaks.toml:"
        assert any(
            line.startswith(f"not carried over: {place}") and says in line for line in result.out.splitlines()
        ), says
    (repo.path / ".gitleaks.toml").unlink()
    assert run("config", "check", cwd=repo.path).code == 0
    found = json.loads(run("scan", "-f", "json", cwd=repo.path).out)["findings"]
    assert [(one["path"], one["rule"]) for one in found] == [("a.py", "acme-token")]


def test_ignored_places_become_accepted_secrets(repo, run):
    """Entries of .gitleaksignore, by commit or by file, are found again and survive a move."""
    repo.stage("a.py", f"x = 1\nk = '{KEY}'\n")
    commit = repo.commit()
    repo.stage("a.py", f"k = '{OTHER}'\n")
    repo.commit()
    repo.write(
        ".gitleaksignore",
        f"# old\n{commit}:a.py:some-rule:2\na.py:some-rule:1\ngone.py:some-rule:7\nnonsense\n",
    )
    out = run("migrate", cwd=repo.path).out
    assert "2 accepted findings" in out
    assert "nothing to do for 1: accepted findings where keyscan finds nothing" in out
    assert ".gitleaksignore:5: not a fingerprint" in out
    (repo.path / "a.py").rename(repo.path / "b.py")
    assert run("scan", cwd=repo.path).code == 0
    assert run("history", cwd=repo.path).code == 0


def test_a_user_of_detect_secrets(repo, run):
    """Secrets are found by the hash that its baseline holds, wherever they stand now; filters become ignores."""
    repo.write("a.py", f"\n\nk = '{KEY}'\n")
    repo.write("gen/b.py", f"k = '{OTHER}'\n")
    sha1 = hashlib.sha1(KEY.encode(), usedforsecurity=False).hexdigest()
    document = {
        "version": "1.5.0",
        "plugins_used": [{"name": "Base64HighEntropyString", "limit": 4.5}],
        "filters_used": [
            {"path": "detect_secrets.filters.allowlist.is_line_allowlisted"},
            {"path": "detect_secrets.filters.regex.should_exclude_file", "pattern": ["^gen/"]},
            {"path": "file://mine.py::f"},
        ],
        "results": {
            "a.py": [{"type": "Secret Keyword", "filename": "a.py", "hashed_secret": sha1, "line_number": 1}],
            "b.py": [{"type": "X", "filename": "b.py", "hashed_secret": "0" * 40, "line_number": 9, "is_secret": True}],
        },
    }
    repo.write(".secrets.baseline", json.dumps(document, indent=2))
    out = run("migrate", cwd=repo.path).out
    assert "1 accepted finding carried over" not in out
    assert "1 accepted finding," in out
    assert "audited as a real secret" in out
    assert "runs no code" in out
    assert "nothing to do for 1: entropy limits" in out
    assert run("scan", cwd=repo.path).code == 0
    text = (repo.path / ".keyscan-baseline").read_text()
    assert KEY[13:] not in text
    assert "Secret Keyword" in text


def test_a_user_of_secretlint_trufflehog_and_pre_commit(repo, run):
    """Allowed values, ignored paths and excludes are carried; hook entries are named with what replaces them."""
    rules = [
        {"id": "@secretlint/secretlint-rule-anthropic", "options": {"allows": ["/^SK-ANT-api03-/i"]}},
        {"id": "@secretlint/secretlint-rule-nosuch", "options": {"allows": ["x"]}},
    ]
    repo.write(".secretlintrc.json", json.dumps({"rules": rules}, indent=1))
    repo.write(".secretlintignore", "# c\ndist/\n")
    repo.write("th.txt", "\\.lock$\n(?=x)\n")
    repo.write(
        ".pre-commit-config.yaml",
        "repos:\n- repo: https://github.com/gitleaks/gitleaks\n  rev: v8\n  hooks:\n  - id: gitleaks\n"
        "- repo: https://github.com/Yelp/detect-secrets\n  hooks:\n  - id: detect-secrets\n"
        "    args: ['--baseline', '.secrets.baseline']\n    exclude: '^old/'\n"
        "- repo: local\n  hooks:\n  - id: x\n    entry: trufflehog git file://.\n",
    )
    for name in ("a.py", "dist/b.py"):
        repo.write(name, f"k = '{KEY}'\n")
    out = run("migrate", "--trufflehog-excludes", "th.txt", cwd=repo.path).out
    assert ".pre-commit-config.yaml:2: replace the entry for https://github.com/gitleaks/gitleaks" in out
    assert ".pre-commit-config.yaml:6: replace" in out
    assert ".pre-commit-config.yaml:14: replace this local hook" in out
    assert "id: keyscan" in out
    assert "th.txt:2" in out
    assert "no provider of that name" in out
    assert run("scan", cwd=repo.path).code == 0
    shown = run("config", "show", cwd=repo.path).out
    for text in ("^old/", "dist/", "lock", "anthropic-api-key"):
        assert text in shown


def test_nothing_is_overwritten_unasked(repo, run):
    """An existing configuration is kept unless --force is given; --dry-run writes nothing at all."""
    repo.write(".gitleaks.toml", GITLEAKS)
    assert run("migrate", "--dry-run", cwd=repo.path).code == 0
    assert not (repo.path / ".keyscan.toml").exists()
    repo.write(".keyscan.toml", "jobs = 1\n")
    assert run("migrate", cwd=repo.path).code == 2
    assert (repo.path / ".keyscan.toml").read_text() == "jobs = 1\n"
    assert run("migrate", "--force", cwd=repo.path).code == 0
    assert run("config", "check", cwd=repo.path).code == 0


@pytest.mark.parametrize(
    ("name", "data"),
    [
        (".gitleaks.toml", b"rules = 3\nallowlist = [1]\nextend = 'x'\n"),
        (
            ".gitleaks.toml",
            b"[[rules]]\nid = 3\nregex = 4\n[[rules]]\nid = 'a'\nregex = 'abcd'\nkeywords = 3\nentropy = 'x'\n",
        ),
        (".secrets.baseline", b'{"results": {"a": 3, "b": [4], "c": [{}], "../../etc/passwd": [{"line_number": 1}]}}'),
        (".secrets.baseline", b"[" * 100_000),
        (".secrets.baseline", b"\xff\xfe{\0}\0"),
        (".secretlintrc", b'{"rules": [3, {"id": 4, "options": {"allows": [1, "/(/"]}}, {"id": "x", "rules": 5}]}'),
        (".gitleaksignore", b"a\nb\n\xff:x:y:1\n" + b"x" * 10000),
        (".pre-commit-config.yaml", b"repo: gitleaks\n exclude: (\n args: [\n\xff"),
    ],
)
def test_malformed_files_end_in_lines_not_in_a_traceback(repo, run, name, data):
    """Whatever stands in those files: exit 0 with remarks, or 2 with one line."""
    repo.write(name, data)
    result = run("migrate", "--dry-run", cwd=repo.path)
    assert result.code in {0, 2}
    assert "internal error" not in result.err


def test_an_existing_baseline_is_added_to(repo, run):
    """What was accepted before stays accepted."""
    repo.write("a.py", f"k = '{KEY}'\n")
    run("baseline", "create", cwd=repo.path)
    repo.write("b.py", f"j = '{OTHER}'\n")
    repo.write(".gitleaksignore", "b.py:x:1\n")
    assert run("migrate", cwd=repo.path).code == 0
    assert len(baseline.load((repo.path / ".keyscan-baseline").read_bytes(), "f").entries) == 2
    assert run("scan", cwd=repo.path).code == 0


def test_accepted_values_are_masked_where_they_are_only_shown(repo, run):
    """Teams accept secrets that no rule knows without their names; what is written is whole."""
    value, other = token("{alnum:30}", "value"), token("{alnum:30}", "other")
    repo.write(
        ".gitleaks.toml", f"[allowlist]\nregexes = ['{value}', '({other}', 'test_[0-9]+']\nstopwords = ['{other}']\n"
    )
    out = run("migrate", "--dry-run", cwd=repo.path).out
    assert value[:10] not in out
    assert other[:10] not in out
    assert "test_[0-9]" in out
    assert run("migrate", cwd=repo.path).code == 0
    written = (repo.path / ".keyscan.toml").read_text()
    assert value in written
    assert other in written
