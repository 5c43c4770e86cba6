"""Calls of other scanners: the files that they name, and what they exclude."""

from __future__ import annotations

import pytest

from keyscan.api import load_rules
from keyscan.migrate import invocations
from keyscan.migrate.counterparts import Counterparts
from keyscan.migrate.result import AllowedFor, DisabledRule, ExcludedPath, FurtherFile, Unsupported


@pytest.mark.parametrize(
    ("tool", "line", "expected"),
    [
        ("gitleaks", "gitleaks detect -c ./x.toml -v", [FurtherFile("gitleaks", "x.toml", "p")]),
        ("gitleaks", 'gitleaks git --baseline-path="b.json"', [FurtherFile("gitleaks baseline", "b.json", "p")]),
        ("trufflehog", "trufflehog git -x ex.txt", [FurtherFile("trufflehog excludes", "ex.txt", "p")]),
        ("trufflehog", "--exclude-globs=a/**,*.lock", [ExcludedPath("a/**"), ExcludedPath("*.lock")]),
        ("detect-secrets", "['--baseline', '.s']", [FurtherFile("detect-secrets", ".s", "p")]),
        ("secretlint", "secretlint --secretlintrc c.json", [FurtherFile("secretlint", "c.json", "p")]),
        ("ggshield", "ggshield secret scan ci --verbose", []),
        ("gitleaks", "gitleaks detect --config $CONFIG", []),
        ("gitleaks", "gitleaks detect --config -v", []),
    ],
)
def test_flags(tool, line, expected):
    """A flag's value follows it or an equals sign; what a variable names is not known."""
    assert list(invocations.read("p", tool, invocations.words_of(line), Counterparts(()))) == expected


def test_excluded_lines_detectors_and_what_is_lost():
    """Expressions become ignores, detectors disabled rules; what narrows a scan is said."""
    known = Counterparts(load_rules())

    def kinds(tool, line):
        return {type(item) for item in invocations.read("p", tool, invocations.words_of(line), known)}

    assert kinds("detect-secrets", "--exclude-lines 'a.b'") == {AllowedFor}
    assert DisabledRule in kinds("trufflehog", "--exclude-detectors=jwt")
    assert kinds("trufflehog", "--exclude-detectors=acme --include-paths=x") == {Unsupported}
    assert kinds("trufflehog", "--exclude-globs=[a") == {Unsupported}


def test_tools():
    """A scanner is known by its name in an address, an image or a command."""
    assert invocations.tool_of("https://github.com/Yelp/detect-secrets") == "detect-secrets"
    assert invocations.tool_of("zricethezav/gitleaks:latest") == "gitleaks"
    assert invocations.tool_of("ruff") == ""
