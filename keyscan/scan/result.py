"""What decides how a scan is done, and what it gives: `ScanOptions` and `ScanResult`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyscan.model.rule import Precision, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyscan.model.blob import Blob, Skip
    from keyscan.model.finding import Finding
    from keyscan.suppressions.policy import SuppressionPolicy


@dataclass(frozen=True, slots=True)
class ScanOptions:
    """What decides how findings are made and which are reported.

    `line_hashes`: findings get GitHub's hash of their line. `show_ignored`: the report lists suppressed findings too.
    """

    min_severity: Severity = Severity.MEDIUM
    salt: str = ""
    show_secrets: bool = False
    line_hashes: bool = False
    ignores: SuppressionPolicy | None = None
    show_ignored: bool = False
    min_precision: Precision = Precision.LOW


@dataclass(frozen=True, slots=True)
class ScanResult:
    """What a scan found and covered; results add up with `+`, many of them with `joined`.

    `hidden`: secrets below the minimum severity that are counted and not among the findings. `cached`: objects that
    were not read, since an earlier run did. `partly`: ids of a history's objects that were not read completely.
    `whole`: everything that the configuration applies to was scanned, so that unused ignores can be named;
    what is added up has to say so anew.
    """

    findings: Sequence[Finding] = ()
    skipped: Sequence[Skip] = ()
    notes: tuple[str, ...] = ()
    partly: frozenset[bytes] = frozenset()
    files: int = 0
    blobs: int = 0
    commits: int = 0
    bytes: int = 0
    hidden: int = 0
    cached: int = 0
    interrupted: bool = False
    whole: bool = False

    def __add__(self, other: ScanResult) -> ScanResult:
        return joined((self, other))


@dataclass(slots=True)
class Tally:
    """Gathers results that arrive one after the other, in time that is linear in what they hold."""

    findings: list[Finding] = field(default_factory=list)
    skipped: list[Skip] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    partly: set[bytes] = field(default_factory=set)
    files: int = 0
    blobs: int = 0
    commits: int = 0
    bytes: int = 0
    hidden: int = 0
    cached: int = 0
    interrupted: bool = False

    def add(self, other: Tally | ScanResult) -> None:
        """Add what `other` holds."""
        self.findings.extend(other.findings)
        self.skipped.extend(other.skipped)
        self.notes.extend(other.notes)
        self.files += other.files
        self.blobs += other.blobs
        self.commits += other.commits
        self.bytes += other.bytes
        self.hidden += other.hidden
        self.cached += other.cached
        self.partly |= other.partly
        self.interrupted |= other.interrupted

    def add_clean(self, blob: Blob) -> None:
        """Count a blob that holds nothing."""
        self.files += not blob.overlap
        self.bytes += len(blob.data) - blob.overlap

    def result(self) -> ScanResult:
        """All that was gathered."""
        return ScanResult(
            findings=tuple(self.findings),
            skipped=tuple(self.skipped),
            notes=tuple(self.notes),
            files=self.files,
            blobs=self.blobs,
            commits=self.commits,
            bytes=self.bytes,
            hidden=self.hidden,
            cached=self.cached,
            partly=frozenset(self.partly),
            interrupted=self.interrupted,
        )


def joined(results: Iterable[ScanResult]) -> ScanResult:
    """All `results` together, in their order."""
    tally = Tally()
    for result in results:
        tally.add(result)
    return tally.result()
