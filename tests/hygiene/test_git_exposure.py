"""What git and the file system do with one file of secrets."""

from __future__ import annotations

import pytest

from keyscan.catalog.secret_files import Kind
from keyscan.hygiene.git_exposure import SecretFile, check
from keyscan.hygiene.secret_values import SecretValue
from keyscan.hygiene.variables import Variable
from keyscan.model.rule import Severity

DATA = b"# comment\nKEY=value\n"
REAL = (SecretValue(Variable("KEY", b"value", 14, 19), None),)


def found(kind=Kind.ENV, values=REAL, **changes):
    """(rule, severity) of the findings on a file."""
    file = SecretFile("a/.env", kind, values, DATA, **changes)
    return [(one.rule_id, one.severity) for one in check(file)]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"tracked": True}, [("env-tracked", Severity.CRITICAL)]),
        ({"tracked": True, "values": ()}, [("env-tracked", Severity.INFO)]),
        ({}, [("env-not-ignored", Severity.CRITICAL)]),
        ({"ignored": True}, []),
        ({"ignored": True, "shared": False}, [("env-ignored-only-here", Severity.MEDIUM)]),
        ({"ignored": True, "mode": 0o100600}, []),
        ({"ignored": True, "mode": 0o100644}, [("env-open-permissions", Severity.LOW)]),
        ({"ignored": True, "mode": 0o100666}, [("env-open-permissions", Severity.HIGH)]),
        ({"ignored": True, "mode": 0o100666, "values": ()}, []),
        ({"kind": Kind.JSON, "values": ()}, []),
        ({"kind": Kind.TEMPLATE}, [("env-template-real-value", Severity.HIGH)]),
        ({"kind": Kind.TEMPLATE, "ignored": True}, []),
        ({"kind": Kind.TEMPLATE, "values": ()}, []),
    ],
)
def test_each_state(changes, expected):
    """Tracked, not ignored, ignored here only, open to others; templates hold names only."""
    assert found(**changes) == expected


def test_evidence_names_the_rule_that_did_not_help():
    """Ignored while tracked, and taken out by a negation."""
    (tracked,) = check(SecretFile("a", Kind.ENV, REAL, DATA, tracked=True, ignored=True, decided=".gitignore:1: .env"))
    assert ".gitignore:1: .env ignores it, but not while it is in the index" in tracked.evidence
    (negated,) = check(SecretFile("a", Kind.ENV, REAL, DATA, decided=".gitignore:2: !.env"))
    assert ".gitignore:2: !.env takes it out of what is ignored" in negated.evidence
    assert (tracked.location.line, tracked.location.column) == (2, 5)


def test_contents_are_not_shown():
    """The representation of a file is its path."""
    assert repr(SecretFile("a/.env", Kind.ENV, REAL, b"PLAINTEXT")) == "SecretFile('a/.env')"
