"""Writes reports to files and to the terminal, and derives the exit code."""

from __future__ import annotations

import os
import sys
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keyscan.errors import ExitCode, OutputClosed, UsageError
from keyscan.reporters.registry import LOCATED, PLAINTEXT, render
from keyscan.reporters.shared import summary
from keyscan.scan.report import timed
from keyscan.support import storage

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from keyscan.api import Scanner
    from keyscan.cli.verify_options import VerifySettings
    from keyscan.config.settings import Settings
    from keyscan.model.blob import Blob
    from keyscan.model.finding import Finding
    from keyscan.model.report import Report, RunInfo
    from keyscan.scan.report import VerifiedFindings
    from keyscan.scan.result import ScanResult


def finish(
    result: ScanResult,
    scanner: Scanner,
    settings: Settings,
    started: float,
    verify: Callable[[tuple[Finding, ...]], VerifiedFindings] | None = None,
) -> int:
    """Report on a scan that began at `started` (of `time.perf_counter`); the exit code.

    `verify` asks about the new findings: `verifier` makes it.
    """
    run = run_info(settings, started, findings=bool(result.findings))
    report = scanner.report(result, run, verify)
    formats = {settings.format, *(name for name, _ in settings.reports)}
    if not scanner.options.show_secrets or formats <= PLAINTEXT:
        return write(report, settings)
    from keyscan.scan.report import without_secrets

    return write(report, settings, without_secrets(report, scanner.matcher(0), scanner.options))


def verifier(
    settings: Settings, choices: VerifySettings, stdin: Blob | None = None
) -> Callable[[tuple[Finding, ...]], VerifiedFindings] | None:
    """The function that verifies the new findings of a report; None without `--verify`."""
    if not choices.verify:
        return None
    from keyscan.cli.verification import verified

    return partial(verified, settings=settings, choices=choices, stdin=stdin)


def run_info(settings: Settings, started: float, *, findings: bool = True) -> RunInfo:
    """When this command ran, and where, if one of its reports shows that."""
    context = click.get_current_context(silent=True)
    run = timed(started, (context.info_name if context else None) or "")
    if settings.formats & LOCATED or (findings and run.command == "pre-push"):
        from keyscan.cli.run_info import located

        run = located(run)
    if findings:
        from keyscan.cli.run_info import can_fix, in_pre_commit, invocation

        run = replace(run, invocation=invocation(), can_fix=can_fix(), pre_commit=in_pre_commit())
    return run


def write(report: Report, settings: Settings, bare: Report | None = None) -> int:
    """Write the report where it was asked for; the exit code.

    `bare` is the report without plaintext, where `report` has it: for the formats that promise to show none.
    """

    def rendered(name: str, *, color: bool = False) -> str:
        return render(name, report if bare is None or name in PLAINTEXT else bare, color=color)

    for name, file in settings.reports:
        write_file(file, rendered(name))
    if settings.output:
        write_file(settings.output, rendered(settings.format))
    else:
        color = settings.color if settings.color is not None else use_color(sys.stdout)
        emit(rendered(settings.format, color=color))
    code = report.exit_code
    return ExitCode.CLEAN if settings.exit_zero and code == ExitCode.FINDINGS else code


def emit(text: str) -> None:
    """Print a report; OutputClosed if the reader has closed the output (click would exit with 1: findings)."""
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError as error:
        raise OutputClosed from error


def write_file(file: str, text: str) -> None:
    """Write a report to `file`, atomically."""
    try:
        storage.write_whole(Path(file), text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from error


def use_color(stream: Any) -> bool:
    """Color on a terminal, unless NO_COLOR is set or the terminal is dumb."""
    return summary.use_color(os.environ, terminal=stream.isatty())


@contextmanager
def nothing_stored() -> Iterator[None]:
    """Store nothing meanwhile, in this process and those that it starts: in rules that are tried out may be secrets."""
    os.environ[storage.NOTHING_STORED] = "1"
    try:
        yield
    finally:
        del os.environ[storage.NOTHING_STORED]
