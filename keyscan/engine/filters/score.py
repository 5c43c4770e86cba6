"""What speaks for a secret of no known provider and what against it: one table, one sum.

Points are about half a doubling of the odds each; `benchmarks/quality/labels.py` measures them on labelled findings.
"""

from __future__ import annotations

from dataclasses import dataclass

from keyscan.model.rule import Precision, Severity


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation on a match: its points, and what it says in a report."""

    points: int
    about: str
    says: str


TABLE: dict[str, Evidence] = {
    "name-password": Evidence(5, "name", "its name indicates a password"),
    "name-secret": Evidence(5, "name", "its name indicates a secret, token or API key"),
    "name-vendor-key": Evidence(4, "name", "its name indicates some key"),
    "name-weak": Evidence(1, "name", "its name may hold a secret"),
    "name-any-key": Evidence(-1, "name", "a string that is merely called a key"),
    "value-long-random": Evidence(6, "value", "32 characters or more, random-looking"),
    "value-random": Evidence(5, "value", "20 characters or more, random-looking"),
    "value-short-random": Evidence(4, "value", "12 characters or more, random-looking"),
    "value-brief-random": Evidence(3, "value", "a short value, random-looking"),
    "value-too-short": Evidence(-3, "value", "shorter than issued keys are"),
    "value-human": Evidence(2, "value", "several kinds of characters"),
    "value-plain": Evidence(-2, "value", "spelled like words"),
    "value-slug": Evidence(-5, "value", "readable parts joined by punctuation"),
    "value-uuid": Evidence(-3, "value", "written as an id"),
    "value-dated": Evidence(-6, "value", "a label with the time when it was made"),
    "value-hash": Evidence(-1, "value", "as long as a hash"),
    "value-sample": Evidence(-1, "value", "as documents write a sample"),
    "value-digest": Evidence(-4, "value", "passed where code sets or compares a password"),
    "value-mixed": Evidence(1, "value", "upper and lower case, digits and symbols"),
    "value-address": Evidence(-6, "value", "written as an address on a blockchain"),
    "value-repeated": Evidence(-4, "value", "the value of another setting beside it too"),
    "value-chosen": Evidence(-1, "value", "chosen by people, where the name is of what a service issues"),
    "value-worded": Evidence(-3, "value", "a word set off by signs, where the name says little"),
    "value-masked": Evidence(-5, "value", "masked in part"),
    "value-encrypted": Evidence(-8, "value", "written as text that was encrypted"),
    "value-echoed": Evidence(-5, "value", "a part of it stands in it again"),
    "value-letters": Evidence(-1, "value", "letters only"),
    "binding-bare": Evidence(-6, "binding", "in program code, outside of string literals"),
    "binding-comment": Evidence(-3, "binding", "in a comment of program code"),
    "binding-argument": Evidence(-4, "binding", "an argument behind a plain word"),
    "binding-distant": Evidence(-2, "binding", "further off on the line of its name"),
    "binding-comparison": Evidence(-1, "binding", "compared, not set"),
    "place-configuration": Evidence(1, "place", "in a configuration file"),
    "place-test": Evidence(-5, "place", "in a test"),
    "place-sample": Evidence(-5, "place", "in an example, a fixture or a template"),
    "place-document": Evidence(-3, "place", "in a document"),
    "place-vendored": Evidence(-8, "place", "in vendored code"),
    "place-recorded": Evidence(-6, "place", "in recorded data"),
    "place-data": Evidence(-5, "place", "in a directory of data"),
    "place-generated": Evidence(-4, "place", "in a file that a program wrote"),
    "place-packed": Evidence(-4, "place", "in a program that was packed into long lines"),
    "place-log": Evidence(-3, "place", "in a log or a table"),
    "place-pipeline": Evidence(-2, "place", "chosen by people for services that a pipeline starts"),
    "place-page": Evidence(-6, "place", "in a page"),
    "name-expected": Evidence(-5, "name", "its name says what a test expects"),
    "near-ids": Evidence(-4, "neighbourhood", "among other ids"),
    "near-again": Evidence(-2, "neighbourhood", "in several examples of a document"),
    "near-manual": Evidence(-3, "neighbourhood", "beside a masked value or an example's host in a document"),
    "near-many": Evidence(-5, "neighbourhood", "the same name holds other values nearby"),
    "near-sample": Evidence(-3, "neighbourhood", "its line calls it an example or a test"),
    "near-message": Evidence(-5, "neighbourhood", "a member of an object that a document or a comment shows"),
    "near-embedded": Evidence(-5, "neighbourhood", "in a document that a program contains"),
    "near-local": Evidence(-2, "neighbourhood", "for this machine or an example's host"),
    "near-interface": Evidence(-6, "neighbourhood", "an example in the description of an interface"),
    "near-form": Evidence(-5, "neighbourhood", "in the fields of a form that a request sent"),
    "near-link": Evidence(-6, "neighbourhood", "in a link that is sent to people"),
    "near-record": Evidence(-4, "neighbourhood", "in the text of a record"),
    "near-expired": Evidence(-6, "neighbourhood", "in a signed URL that has expired"),
    "near-public": Evidence(-6, "neighbourhood", "shipped to every visitor by design"),
}
# From how many points on a match is worth a look without being asked for, and how sure it is then.
MEDIUM = 7
_MEDIUM_FROM, _HIGH_FROM = 9, 11


def graded(facts: list[str]) -> tuple[Severity, Precision, str]:
    """Severity, precision and the sentence for what was `facts`, keys of TABLE."""
    total = sum(TABLE[key].points for key in facts)
    said = ", ".join(TABLE[key].says for key in facts)
    if total < MEDIUM:
        return Severity.LOW, Precision.LOW, said
    if total < _MEDIUM_FROM:
        return Severity.MEDIUM, Precision.LOW, said
    return Severity.MEDIUM, Precision.MEDIUM if total < _HIGH_FROM else Precision.HIGH, said


def table() -> list[str]:
    """The table as lines for people: points, subject and meaning, and what the sum decides."""
    lines = [f"{entry.points:+3d}  {entry.about}: {entry.says}" for entry in TABLE.values()]
    return [
        *lines,
        f"medium from {MEDIUM} points on, precision medium from {_MEDIUM_FROM}, high from {_HIGH_FROM}; below: low",
    ]
