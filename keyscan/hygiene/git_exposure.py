"""What git does with one file of the family -> a finding, or silence when it is ignored and untracked."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyscan.catalog.secret_files import Kind
from keyscan.hygiene.finding import TOP, content, finding, severity_of
from keyscan.model.rule import Severity
from keyscan.scan.line_index import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.hygiene.secret_values import Value
    from keyscan.model.finding import Finding, Location


@dataclass(frozen=True, slots=True)
class Subject:
    """A file of the family and all that is known of it.

    `path` is what reports say; `decided` is the ignore rule that speaks of it, as text; `ignored` whether it says
    ignore, `shared` whether it stands in the repository, where the team has it too. `mode` is of the file on disk,
    None when it is not there or others can't reach it.
    """

    path: str
    kind: Kind
    values: tuple[Value, ...]
    data: bytes
    tracked: bool = False
    staged: bool = False
    ignored: bool = False
    shared: bool = True
    decided: str = ""
    mode: int | None = None

    def __repr__(self) -> str:
        """The path only: the data may hold secrets."""
        return f"Subject({self.path!r})"

    @property
    def quiet(self) -> bool:
        """Whether there is nothing to hide: a credentials file without credentials is an ordinary file."""
        return not self.values and self.kind is not Kind.ENV


def check(subject: Subject, salt: str = "") -> Iterator[Finding]:
    """What is wrong with how git and the file system keep the file."""
    if subject.kind is Kind.TEMPLATE:
        if subject.tracked or not subject.ignored:
            yield from _template(subject, salt)
        return
    if subject.quiet:
        return
    made = _git(subject, salt)
    if made:
        yield made
    made = _permissions(subject, salt)
    if made:
        yield made


def _git(subject: Subject, salt: str) -> Finding | None:
    values = list(subject.values)
    held = content(values)
    where = place(subject, values[0]) if values else TOP
    if subject.tracked:
        how = "staged for the next commit" if subject.staged else "tracked by git"
        evidence = [how, held]
        if subject.ignored:
            evidence.append(f"{subject.decided} ignores it, but not while it is in the index")
        severity = severity_of(values, Severity.CRITICAL)
        return _of("env-tracked", subject, severity, tuple(evidence), where, salt)
    if not subject.ignored:
        why = f"{subject.decided} takes it out of what is ignored" if subject.decided else "no ignore rule names it"
        return _of("env-not-ignored", subject, severity_of(values, Severity.CRITICAL), (why, held), where, salt)
    if not subject.shared:
        why = f"only {subject.decided} ignores it, which is not part of the repository"
        return _of("env-ignored-only-here", subject, severity_of(values, Severity.MEDIUM), (why, held), TOP, salt)
    return None


def _of(
    rule: str, subject: Subject, severity: Severity, evidence: tuple[str, ...], where: Location, salt: str
) -> Finding:
    return finding(rule, subject.path, severity=severity, evidence=evidence, location=where, salt=salt)


def _template(subject: Subject, salt: str) -> Iterator[Finding]:
    for value in subject.values:
        yield finding(
            "env-template-real-value",
            subject.path,
            severity=max(value.severity, Severity.HIGH),
            evidence=(f"the value looks real: {value.what}",),
            shown=value.variable.name or value.what,
            secret=value.variable.value,
            location=place(subject, value),
            salt=salt,
        )


def place(subject: Subject, value: Value) -> Location:
    """Where a value stands in its file."""
    return Lines(subject.data).location(value.variable.start, value.variable.end)


def _permissions(subject: Subject, salt: str) -> Finding | None:
    if subject.mode is None or not subject.values:
        return None
    others = stat.S_IMODE(subject.mode)
    if others & stat.S_IWOTH:
        severity, what = Severity.HIGH, "every user may write it"
    elif others & stat.S_IROTH:
        severity, what = Severity.LOW, "every user may read it"
    else:
        return None
    evidence = (f"its mode is {others:04o}: {what}", content(list(subject.values)))
    return _of("env-open-permissions", subject, severity, evidence, TOP, salt)
