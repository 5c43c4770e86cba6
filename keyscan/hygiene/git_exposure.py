"""What git does with one file of the family -> a finding, or silence when it is ignored and untracked."""

from __future__ import annotations

import stat
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyscan.catalog.secret_files import Kind
from keyscan.hygiene.finding import TOP, Detail, content, finding, severity_of
from keyscan.model.rule import Severity
from keyscan.scan.line_index import Lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.hygiene.secret_values import SecretValue
    from keyscan.model.finding import Finding, Location


@dataclass(frozen=True, slots=True)
class SecretFile:
    """A file of the family and all that is known of it.

    `path` is what reports say; `decided` is the ignore rule that speaks of it, as text; `ignored` whether it says
    ignore, `shared` whether it stands in the repository, where the team has it too. `mode` is of the file on disk,
    None when it is not there or others can't reach it.
    """

    path: str
    kind: Kind
    values: tuple[SecretValue, ...]
    data: bytes
    tracked: bool = False
    staged: bool = False
    ignored: bool = False
    shared: bool = True
    decided: str = ""
    mode: int | None = None

    def __repr__(self) -> str:
        """The path only: the data may hold secrets."""
        return f"SecretFile({self.path!r})"

    @property
    def harmless(self) -> bool:
        """Whether there is nothing to hide: a credentials file without credentials is an ordinary file."""
        return not self.values and self.kind is not Kind.ENV


def check(file: SecretFile, salt: str = "") -> Iterator[Finding]:
    """What is wrong with how git and the file system keep the file."""
    if file.kind is Kind.TEMPLATE:
        if file.tracked or not file.ignored:
            yield from _template(file, salt)
        return
    if file.harmless:
        return
    result = _git(file, salt)
    if result:
        yield result
    result = _permissions(file, salt)
    if result:
        yield result


def _git(file: SecretFile, salt: str) -> Finding | None:
    values = list(file.values)
    held = content(values)
    where = place(file, values[0]) if values else TOP
    if file.tracked:
        how = "staged for the next commit" if file.staged else "tracked by git"
        evidence = [how, held]
        if file.ignored:
            evidence.append(f"{file.decided} ignores it, but not while it is in the index")
        severity = severity_of(values, Severity.CRITICAL)
        detail = Detail(tuple(evidence), severity, location=where)
        return finding("env-tracked", file.path, detail, salt=salt)
    if not file.ignored:
        why = f"{file.decided} takes it out of what is ignored" if file.decided else "no ignore rule names it"
        detail = Detail((why, held), severity_of(values, Severity.CRITICAL), location=where)
        return finding("env-not-ignored", file.path, detail, salt=salt)
    if not file.shared:
        why = f"only {file.decided} ignores it, which is not part of the repository"
        detail = Detail((why, held), severity_of(values, Severity.MEDIUM))
        return finding("env-ignored-only-here", file.path, detail, salt=salt)
    return None


def _template(file: SecretFile, salt: str) -> Iterator[Finding]:
    for value in file.values:
        yield finding(
            "env-template-real-value",
            file.path,
            Detail(
                severity=max(value.severity, Severity.HIGH),
                evidence=(f"the value looks real: {value.what}",),
                shown=value.variable.name or value.what,
                secret=value.variable.value,
                location=place(file, value),
            ),
            salt=salt,
        )


def place(file: SecretFile, value: SecretValue) -> Location:
    """Where a value stands in its file."""
    return Lines(file.data).location(value.variable.start, value.variable.end)


def _permissions(file: SecretFile, salt: str) -> Finding | None:
    if file.mode is None or not file.values:
        return None
    others = stat.S_IMODE(file.mode)
    if others & stat.S_IWOTH:
        severity, what = Severity.HIGH, "every user may write it"
    elif others & stat.S_IROTH:
        severity, what = Severity.LOW, "every user may read it"
    else:
        return None
    evidence = (f"its mode is {others:04o}: {what}", content(list(file.values)))
    return finding("env-open-permissions", file.path, Detail(evidence, severity), salt=salt)
