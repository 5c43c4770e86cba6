"""`keyscan verify`: whether the keys that were found still live, and whose they are."""

from __future__ import annotations

import json
import os
import sys
import time
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import click

from keyscan.api import Scanner
from keyscan.cli import output
from keyscan.cli.command import Command
from keyscan.cli.settings import scan_options
from keyscan.cli.verification import verified
from keyscan.cli.verify_options import remember_stdin, verify_options
from keyscan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.config.settings import Settings
    from keyscan.model.blob import Blob
    from keyscan.model.report import Report

_LARGEST = 256 << 20


@click.command(name="verify", cls=Command)
@click.argument("paths", metavar="[REPORT.json|PATH|-]...", nargs=-1, type=click.Path())
@scan_options
@partial(verify_options, flag=False)
def command(paths: tuple[str, ...], settings: Settings) -> int:
    """Check with their providers whether found keys are active: of a JSON report, files and directories, or '-'.

    Keys are sent over HTTPS to the hosts that are listed first, and nowhere else. Exit code 1 if findings remain
    after --only.
    """
    if len(paths) > 1 and "-" in paths:
        raise UsageError("give - or paths, not both")
    return output.write(verified(report_of(paths, settings), settings), settings)


def report_of(paths: tuple[str, ...], settings: Settings) -> Report:
    """The findings of a report, scanned again where they stand, or those of files, directories or standard input."""
    from keyscan.model.blob import Blob, Origin

    if paths == ("-",):
        data = sys.stdin.buffer.read(_LARGEST + 1)
        entries = entries_of(data)
        if entries is None:
            blob = Blob(data, Origin("<stdin>", kind="stdin"))
            remember_stdin(blob)
            return _scanned(settings, [blob])
        return _again(entries, settings)
    if len(paths) == 1 and os.path.isfile(paths[0]):  # noqa: PTH113
        with open(paths[0], "rb") as handle:  # noqa: PTH123
            entries = entries_of(handle.read(_LARGEST + 1))
        if entries is not None:
            return _again(entries, settings)
    return _of_files(paths or (".",), settings)


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


def _of_files(paths: tuple[str, ...], settings: Settings) -> Report:
    started = time.perf_counter()
    scanner = Scanner.of(settings)
    return scanner.report(scanner.scan_files(scanner.targets(paths)), output.run_info(settings, started))


def _scanned(settings: Settings, blobs: list[Blob]) -> Report:
    started = time.perf_counter()
    scanner = Scanner.of(settings)
    return scanner.report(scanner.scan_blobs(blobs), output.run_info(settings, started))


def _again(entries: list[dict[str, Any]], settings: Settings) -> Report:
    """The report on the findings of an earlier report, scanned again at their places."""
    from keyscan.cli.plaintext import blobs_at
    from keyscan.model.blob import Skip

    wanted = {str(entry.get("fingerprint")) for entry in entries}
    report = _scanned(settings, list(blobs_at(_origins(entries), settings.root)))
    kept: dict[str, Any] = {}
    for finding in report.findings:
        if finding.fingerprint in wanted:
            kept.setdefault(finding.fingerprint, finding)
    accepted = {finding.fingerprint for finding in (*report.known, *report.ignored)}
    gone = len(wanted - kept.keys() - accepted)
    if gone:
        reason = f"{gone} findings of the report are no longer at their locations"
        report = replace(report, skipped=(*report.skipped, Skip("report", reason, incomplete=True)))
    return replace(report, findings=tuple(kept.values()))


def _origins(entries: list[dict[str, Any]]) -> Iterator[Any]:
    from keyscan.model.blob import Origin

    for entry in entries:
        path, commit, known = entry.get("path"), entry.get("commit"), entry.get("provenance")
        blob = known.get("blob") if isinstance(known, dict) else None
        if not isinstance(path, str):
            continue
        file, mark, _ = path.partition("!/")
        yield Origin(
            path,
            kind="commit-message" if path.startswith("commit-message ") else "file",
            commit=commit if isinstance(commit, str) else None,
            blob=blob if isinstance(blob, str) else None,
            member=path[len(file) :] if mark else "",
        )
