"""Where pipelines and scripts start other scanners."""

from __future__ import annotations

import pytest

from keyscan.migrate import pipelines
from keyscan.migrate.counterparts import Counterparts
from keyscan.migrate.result import FurtherFile, Note


def notes(file, text):
    """The remarks on a file."""
    return [item.text for item in pipelines.read(file, text.encode(), Counterparts(())) if isinstance(item, Note)]


@pytest.mark.parametrize(
    ("file", "line", "says"),
    [
        (
            ".github/workflows/a.yml",
            "  - uses: gitleaks/gitleaks-action@v2 # x",
            "gitleaks/gitleaks-action@v2 by the step",
        ),
        (
            ".github/workflows/a.yml",
            "    uses: 'trufflesecurity/trufflehog@main'",
            "trufflesecurity/trufflehog@main by",
        ),
        (".github/workflows/a.yml", "  - uses: GitGuardian/ggshield-action@v1", "GitGuardian/ggshield-action@v1 by"),
        (".github/workflows/a.yml", "  - run: docker run zricethezav/gitleaks:v8 detect", "zricethezav/gitleaks by"),
        (
            ".gitlab-ci.yml",
            "  - template: Jobs/Secret-Detection.gitlab-ci.yml",
            "Secret-Detection.gitlab-ci.yml by the job",
        ),
        (".gitlab-ci.yml", "    - trufflehog git file://. --fail", "trufflehog by the job below"),
        (".husky/pre-commit", "npx secretlint '**/*'", "secretlint by `keyscan staged`"),
        ("package.json", '    "*": ["secretlint"]', "secretlint by `keyscan staged`"),
        ("Makefile", "\tdetect-secrets scan > .secrets.baseline", "detect-secrets by `keyscan ci`"),
        ("Jenkinsfile", "sh 'ggshield secret scan ci'", "ggshield by `keyscan ci`"),
        ("Makefile", "\tgit secrets --scan", "git secrets by"),
        ("Makefile", "\ttalisman --scan", "talisman by"),
    ],
)
def test_calls(file, line, says):
    """Actions, images, templates and commands, each with its place."""
    told = notes(file, f"a:\n{line}\n")
    assert told[0].startswith(f"{file}:2: replace ")
    assert says in told[0]


@pytest.mark.parametrize(
    "line",
    [
        "  # - uses: gitleaks/gitleaks-action@v2",
        '    "secretlint": "^9.0.0",',
        '    "@secretlint/secretlint-rule-preset-recommend": "^9",',
        "  - name: Run gitleaks",
        "  - uses: actions/checkout@v4",
        "x" * 5000 + " gitleaks detect",
    ],
)
def test_what_starts_none(line):
    """Comments, dependencies, names of steps and generated lines say nothing."""
    assert notes(".github/workflows/a.yml", f"{line}\n") == []


def test_what_replaces_them_is_given_once():
    """However many steps there are, one snippet."""
    text = "  - uses: gitleaks/gitleaks-action@v2\n" * 3
    told = notes(".github/workflows/a.yml", text)
    assert len(told) == 4
    assert told[-1] == pipelines.WORKFLOW
    assert notes(".gitlab-ci.yml", "  - gitleaks detect\n")[-1] == pipelines.GITLAB


def test_files_that_a_step_names():
    """Arguments and variables of a step lead to further files."""
    text = b"""
    - uses: gitleaks/gitleaks-action@v2
      env:
        GITLEAKS_CONFIG: ./ci/leaks.toml
    - uses: trufflesecurity/trufflehog@main
      with:
        extra_args: --exclude-paths=ci/x.txt
    """
    found = [item for item in pipelines.read("w", text, Counterparts(())) if isinstance(item, FurtherFile)]
    assert [(item.kind, item.name) for item in found] == [
        ("gitleaks", "ci/leaks.toml"),
        ("trufflehog excludes", "ci/x.txt"),
    ]
