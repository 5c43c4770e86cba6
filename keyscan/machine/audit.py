"""Searches the places of the catalogue: one finding per secret with all its places, and how stores are protected."""

from __future__ import annotations

import os
import stat
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from keyscan.errors import KeyscanError
from keyscan.git.command import Git
from keyscan.history import scope
from keyscan.history.audit import audit_history
from keyscan.history.batch import HistoryJob
from keyscan.hygiene.finding import Detail
from keyscan.hygiene.finding import finding as hygiene_finding
from keyscan.machine import sqlite_text, zsh
from keyscan.model.blob import Blob, Origin, Skip
from keyscan.model.finding import Finding, Provenance, Related
from keyscan.model.rule import Severity
from keyscan.scan.result import ScanResult, joined
from keyscan.sources import home
from keyscan.sources.files import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from keyscan.api import Scanner
    from keyscan.sources.home import HomeFile, Roots

_DAY = 86_400
_OTHERS_MAY_READ, _OTHERS_MAY_WRITE = stat.S_IRGRP | stat.S_IROTH, stat.S_IWGRP | stat.S_IWOTH
# Named in a note; the rest is counted.
_NAMED = 5


@dataclass(frozen=True, slots=True)
class MachineAudit:
    """The result of a search: the result to report, and the files that contain secrets and should not."""

    result: ScanResult
    to_redact: tuple[HomeFile, ...]


def audit(
    scanner: Scanner, roots: Roots, rotation_days: int, progress: Callable[[int, int], None] | None = None
) -> MachineAudit:
    """Search this machine; what could not be read is in the result. Nothing is changed.

    `progress` is called with (files done, files in all) before each step.
    """
    items = list(home.files_of_home(roots))
    files = [item for item in items if not isinstance(item, Skip)]
    skips = tuple(item for item in items if isinstance(item, Skip))
    plain = [file for file in files if file.place.format in {"text", "json", "jsonl", "binary"}]
    others = [file for file in files if file.place.format in {"zsh", "sqlite"}]
    tell = progress or (lambda _done, _total: None)
    tell(0, len(files))
    results = [ScanResult(skipped=skips)]
    results.append(scanner.scan_files([Target(file.file, file.name) for file in (*plain, *others)]))
    for done, file in enumerate(others, len(plain)):
        tell(done, len(files))
        part = scanner.scan_blobs(list(_decoded(file)))
        # Its bytes were counted with the plain files.
        results.append(replace(part, files=0, bytes=0))
    results += [_in_repository(scanner, folder, roots) for folder in sorted(_repositories(files))]
    tell(len(files), len(files))
    result = joined(results)
    by_name = {file.name: file for file in files}
    leaks, stores_with_secrets = _judged(result.findings, by_name, rotation_days)
    stores = [*_open_stores(files, stores_with_secrets), *leaks]
    notes = (*result.notes, *_old_stores(files, stores_with_secrets, rotation_days))
    holders = {_file_of(finding) for finding in result.findings if finding.status == "new"}
    redactable = tuple(file for file in files if file.name in holders and not file.place.meant)
    return MachineAudit(replace(result, findings=tuple(stores), notes=notes), redactable)


def _decoded(file: HomeFile) -> Iterable[Blob | Skip]:
    """The text that a scan of the file's bytes does not see: of a database, or of commands as they were typed."""
    if file.place.format == "sqlite":
        yield from sqlite_text.read(file.file, file.name)
        return
    try:
        with open(file.file, "rb") as handle:  # noqa: PTH123
            yield Blob(zsh.decode(handle.read()), Origin(file.name))
    except OSError as error:
        yield Skip(file.name, f"cannot be read: {error.strerror}", incomplete=True)


def _repositories(files: Iterable[HomeFile]) -> set[str]:
    """The git directories among the files of agents' snapshots: objects are compressed, so git has to read them."""
    folders = set()
    for file in files:
        folder = os.path.dirname(file.file)  # noqa: PTH120
        is_head = file.place.format == "git" and os.path.basename(file.file) == "HEAD"  # noqa: PTH119
        if is_head and os.path.isdir(os.path.join(folder, "objects")):  # noqa: PTH112, PTH118
            folders.add(folder)
    return folders


def _in_repository(scanner: Scanner, folder: str, roots: Roots) -> ScanResult:
    """The findings in every object of an agent's snapshot repository, under the repository's name."""
    name, git = home.shown(folder, roots.home), Git(folder)
    query = scope.HistoryQuery(all_objects=True)
    try:
        job = HistoryJob(git, scanner.matcher(), scanner.options, 1)
        result = audit_history(job, scope.resolve(git, query), query)
    except KeyscanError as error:
        return ScanResult(skipped=(Skip(name, str(error), incomplete=True),))
    findings = tuple(
        replace(
            finding,
            origin=replace(finding.origin, path=f"{name}!/{finding.origin.path}", member=f"!/{finding.origin.path}"),
        )
        for finding in result.findings
    )
    return replace(result, findings=findings)


def _file_of(finding: Finding) -> str:
    return finding.origin.path.partition("!/")[0]


def _judged(
    findings: Sequence[Finding], files: dict[str, HomeFile], rotation_days: int
) -> tuple[list[Finding], set[str]]:
    """One finding per secret that is somewhere it is not meant to be; the names of stores that hold one."""
    groups: dict[str, list[Finding]] = {}
    for finding in findings:
        groups.setdefault(finding.fingerprint, []).append(finding)
    leaks, stores = [], set()
    for group in groups.values():
        meant = [one for one in group if _is_meant(one, files)]
        stores |= {_file_of(one) for one in meant}
        if len(meant) < len(group):
            leaks.append(_leak(group, files, rotation_days))
    return leaks, stores


def _is_meant(finding: Finding, files: dict[str, HomeFile]) -> bool:
    file = files.get(_file_of(finding))
    return file is not None and file.place.meant


def _leak(group: list[Finding], files: dict[str, HomeFile], rotation_days: int) -> Finding:
    """The finding of a secret: at the oldest place where it is not meant to be, with all others beside it."""

    def age(one: Finding) -> tuple[bool, float, str]:
        file = files.get(_file_of(one))
        return _is_meant(one, files), file.modified if file else 0.0, one.origin.path

    ordered = sorted({_file_of(one): one for one in sorted(group, key=age, reverse=True)}.values(), key=age)
    first, rest = ordered[0], ordered[1:]
    modified = min((file.modified for one in ordered if (file := files.get(_file_of(one)))), default=time.time())
    days = max(0, int((time.time() - modified) // _DAY))
    related = tuple(
        Related("in its store" if _is_meant(one, files) else "also here", one.origin.path, one.location) for one in rest
    )
    return replace(
        first,
        related=(*first.related, *related),
        evidence=(*first.evidence, _written_by(first, files)),
        provenance=Provenance(
            paths=tuple(one.origin.path for one in ordered),
            first_seen=datetime.fromtimestamp(modified, UTC).isoformat(timespec="seconds"),
            exposed_days=days,
            overdue=days >= rotation_days,
        ),
    )


def _written_by(finding: Finding, files: dict[str, HomeFile]) -> str:
    file = files.get(_file_of(finding))
    place = file.place if file else None
    if place is None:
        return "in a snapshot of an agent"
    return f"in a {place.kind} of {place.agent}" if place.agent else f"in a {place.kind} file"


def _open_stores(files: Iterable[HomeFile], holders: set[str]) -> Iterable[Finding]:
    """Stores that hold a credential and that others may read or change; Windows keeps no such modes."""
    if os.name == "nt":
        return
    for file in files:
        if file.name in holders and file.place.meant and file.mode & (_OTHERS_MAY_READ | _OTHERS_MAY_WRITE):
            writable = file.mode & _OTHERS_MAY_WRITE
            yield hygiene_finding(
                "env-open-permissions",
                file.name,
                Detail(
                    (f"mode {file.mode:04o}: other users may {'change' if writable else 'read'} it",),
                    Severity.HIGH if writable else Severity.MEDIUM,
                    steps=(f"Close it to others: chmod 600 {file.name}",),
                ),
            )


def _old_stores(files: Iterable[HomeFile], holders: set[str], rotation_days: int) -> Iterable[str]:
    """A remark on credentials that were not renewed for longer than `rotation_days`."""
    least = time.time() - rotation_days * _DAY
    old = [file.name for file in files if file.place.meant and file.name in holders and file.modified < least]
    if old:
        more = f" and {len(old) - _NAMED} more" if len(old) > _NAMED else ""
        yield f"credentials unchanged for over {rotation_days} days, consider rotating: {', '.join(old[:_NAMED])}{more}"
