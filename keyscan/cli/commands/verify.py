"""`keyscan verify`: check whether found keys are still active, and whose they are."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from keyscan.api import Scanner
from keyscan.cli import output
from keyscan.cli.command import Command
from keyscan.cli.settings import scan_options
from keyscan.cli.verify_options import VerifySettings, verify_options
from keyscan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.config.settings import Settings
    from keyscan.model.blob import Blob
    from keyscan.model.finding import Finding
    from keyscan.scan.result import ScanResult

_LARGEST = 256 << 20


@click.command(name="verify", cls=Command)
@click.argument("paths", metavar="[REPORT.json|PATH|-]...", nargs=-1, type=click.Path())
@scan_options
@partial(verify_options, flag=False)
def command(paths: tuple[str, ...], verify: VerifySettings, settings: Settings) -> int:
    """Check with their providers whether keys are active: those of a JSON report, of files and directories, or of '-'.

    Keys are sent over HTTPS to the hosts that are listed first, and nowhere else. Exit code 1 if findings remain
    after --only.
    """
    if len(paths) > 1 and "-" in paths:
        raise UsageError("give - or paths, not both")
    findings = scan_input(paths, settings)
    return output.finish(
        findings.result, findings.scanner, settings, findings.started, output.verifier(settings, verify, findings.stdin)
    )


@dataclass(frozen=True, slots=True)
class ScannedInput:
    """The result of the scan for keys to verify; `stdin` is the blob that was read from standard input."""

    scanner: Scanner
    result: ScanResult
    started: float
    stdin: Blob | None = None


def scan_input(paths: tuple[str, ...], settings: Settings) -> ScannedInput:
    """The findings of a report, scanned again at their locations, or those of files, directories or standard input."""
    from keyscan.model.blob import Blob, Origin

    started = time.perf_counter()
    scanner = Scanner.of(settings)
    if paths == ("-",):
        data = sys.stdin.buffer.read(_LARGEST + 1)
        entries = entries_of(data)
        if entries is None:
            blob = Blob(data, Origin("<stdin>", kind="stdin"))
            return ScannedInput(scanner, scanner.scan_blobs([blob]), started, blob)
        return ScannedInput(scanner, _rescanned(entries, scanner, settings), started)
    if len(paths) == 1 and os.path.isfile(paths[0]):  # noqa: PTH113
        with open(paths[0], "rb") as handle:  # noqa: PTH123
            entries = entries_of(handle.read(_LARGEST + 1))
        if entries is not None:
            return ScannedInput(scanner, _rescanned(entries, scanner, settings), started)
    return ScannedInput(scanner, scanner.scan_files(scanner.targets(paths or (".",))), started)


def entries_of(data: bytes) -> list[dict[str, Any]] | None:
    """The findings in a JSON report of keyscan; None when `data` is none."""
    if len(data) > _LARGEST or data.lstrip()[:1] != b"{":
        return None
    try:
        document = json.loads(data)
    except (ValueError, RecursionError):
        return None
    tool = document.get("tool") if isinstance(document, dict) else None
    findings = document.get("findings") if isinstance(document, dict) else None
    if not isinstance(tool, dict) or tool.get("name") != "keyscan" or not isinstance(findings, list):
        return None
    return [entry for entry in findings if isinstance(entry, dict)]


def _rescanned(entries: list[dict[str, Any]], scanner: Scanner, settings: Settings) -> ScanResult:
    """The findings of an earlier report, scanned again at their locations: each secret once, a Skip for the others."""
    from keyscan.cli.plaintext import blobs_at
    from keyscan.model.blob import Skip

    wanted = {str(entry.get("fingerprint")) for entry in entries}
    result = scanner.scan_blobs(list(blobs_at(_origins(entries), settings.root)))
    kept: dict[str, Finding] = {}
    for finding in sorted(result.findings, key=lambda finding: finding.sort_key):
        if finding.fingerprint in wanted:
            kept.setdefault(finding.fingerprint, finding)
    gone = len(wanted - kept.keys())
    if not gone:
        return replace(result, findings=tuple(kept.values()))
    which = "1 finding of the report is no longer at its location"
    if gone > 1:
        which = f"{gone} findings of the report are no longer at their locations"
    skip = Skip("report", which, incomplete=True)
    return replace(result, findings=tuple(kept.values()), skipped=(*result.skipped, skip))


def _origins(entries: list[dict[str, Any]]) -> Iterator[Any]:
    from keyscan.model.blob import Origin

    for entry in entries:
        path, commit, known = entry.get("path"), entry.get("commit"), entry.get("provenance")
        blob = known.get("blob") if isinstance(known, dict) else None
        if not isinstance(path, str):
            continue
        file, separator, _ = path.partition("!/")
        yield Origin(
            path,
            kind="commit-message" if path.startswith("commit-message ") else "file",
            commit=commit if isinstance(commit, str) else None,
            blob=blob if isinstance(blob, str) else None,
            member=path[len(file) :] if separator else "",
        )
