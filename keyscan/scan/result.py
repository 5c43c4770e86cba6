"""What decides how a scan is done, and what it gives: `ScanOptions` and `ScanResult`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyscan.model.rule import Precision, Severity

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyscan.model.blob import Skip
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
    """The findings of a scan and what it covered; results are summed with `+`, many of them with `joined`.

    `hidden`: secrets below the minimum severity that are counted and not among the findings. `cached`: objects that
    were not read, since an earlier run did. `partly`: ids of a history's objects that were not read completely.
    `interrupted`: by the user, so that part of the scan is missing. `whole`: everything that the configuration applies
    to was scanned, so that unused ignores can be reported; a sum of results is not `whole`.
    """

    findings: tuple[Finding, ...] = ()
    skipped: tuple[Skip, ...] = ()
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


def joined(results: Iterable[ScanResult]) -> ScanResult:
    """The sum of `results`, in their order, in time that is linear in what they contain."""
    findings: list[Finding] = []
    skipped: list[Skip] = []
    notes: list[str] = []
    partly: set[bytes] = set()
    files = blobs = commits = size = hidden = cached = 0
    interrupted = False
    for result in results:
        findings += result.findings
        skipped += result.skipped
        notes += result.notes
        partly |= result.partly
        files += result.files
        blobs += result.blobs
        commits += result.commits
        size += result.bytes
        hidden += result.hidden
        cached += result.cached
        interrupted |= result.interrupted
    return ScanResult(
        tuple(findings),
        tuple(skipped),
        tuple(notes),
        frozenset(partly),
        files=files,
        blobs=blobs,
        commits=commits,
        bytes=size,
        hidden=hidden,
        cached=cached,
        interrupted=interrupted,
    )
