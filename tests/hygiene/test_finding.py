"""How hygiene findings are made."""

from __future__ import annotations

from keyscan.hygiene.finding import Detail, content, finding, severity_of
from keyscan.hygiene.secret_values import SecretValue
from keyscan.hygiene.variables import Variable
from keyscan.model.finding import Location
from keyscan.model.rule import Severity

VALUES = [SecretValue(Variable(f"KEY_{number}", b"v", 0, 1), None) for number in range(5)]


def test_what_the_rule_says_unless_the_detail_says_otherwise():
    """Severity and steps are the rule's, or those that are given."""
    plain = finding("env-not-ignored", "a/.env", Detail(("why",)))
    assert (plain.severity, plain.redacted, plain.evidence, plain.provider) == (
        Severity.HIGH, "a/.env", ("why",), "keyscan",
    )  # fmt: skip
    other = finding("env-not-ignored", "a/.env", Detail(("why",), Severity.LOW, steps=("Do it.",)))
    assert (other.severity, other.help.steps, other.help.opens) == (Severity.LOW, ("Do it.",), plain.help.opens)


def test_fingerprints_stay_when_lines_move_and_differ_by_salt():
    """They are made of the secret, else of what is shown and the path."""
    here = finding("env-shared-secret", "a", Detail((), secret=b"s", location=Location(1, 1, 1, 2)), salt="x")
    there = finding("env-shared-secret", "b", Detail((), secret=b"s", location=Location(9, 1, 9, 2)), salt="x")
    assert here.fingerprint == there.fingerprint
    assert finding("env-shared-secret", "a", Detail((), secret=b"s"), salt="y").fingerprint != here.fingerprint
    assert finding("env-tracked", "a", Detail(())).fingerprint != finding("env-tracked", "b", Detail(())).fingerprint


def test_a_secret_is_in_no_text():
    """Neither the detail's representation nor the finding has it."""
    detail = Detail(("why",), shown="NAME", secret=b"PLAINTEXT")
    assert "PLAINTEXT" not in repr(detail)
    assert "PLAINTEXT" not in repr(finding("env-tracked", "a", detail))


def test_words_on_the_content():
    """The names of three values, the rest counted; severity follows the content."""
    assert content([]) == "it contains no real value"
    assert content(VALUES[:1]) == "it contains 1 real value: KEY_0"
    assert content(VALUES) == "it contains 5 real values: KEY_0, KEY_1, KEY_2 and 2 more"
    assert (severity_of([], Severity.HIGH), severity_of(VALUES, Severity.HIGH)) == (Severity.INFO, Severity.HIGH)
