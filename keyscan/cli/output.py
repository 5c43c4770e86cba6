"""Reports on their way out: to files, to the terminal, and the exit code they stand for."""

from __future__ import annotations

import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keyscan.cli.verify_options import VERIFY_KEY
from keyscan.errors import ExitCode, OutputClosed, UsageError
from keyscan.reporters.registry import LOCATED, render
from keyscan.reporters.shared import summary
from keyscan.scan.report import timed
from keyscan.support import storage

if TYPE_CHECKING:
    from keyscan.api import Scanner
    from keyscan.config.settings import Settings
    from keyscan.model.report import Report, RunInfo
    from keyscan.scan.result import ScanResult


def finish(result: ScanResult, scanner: Scanner, settings: Settings, started: float, *, whole: bool = False) -> int:
    """Report on a scan that began at `started` (of `time.perf_counter`); the exit code.

    `whole`: all that the configuration speaks of was scanned.
    """
    run = run_info(settings, started, findings=bool(result.findings))
    report = scanner.report(result, run, whole=whole)
    context = click.get_current_context(silent=True)
    if context is not None and context.meta.get(VERIFY_KEY):
        from keyscan.cli.verification import verified

        report = verified(report, settings)
    return write(report, settings)


def run_info(settings: Settings, started: float, *, findings: bool = True) -> RunInfo:
    """When this command ran, and where, if one of its reports shows that."""
    context = click.get_current_context(silent=True)
    run = timed(started, (context.info_name if context else None) or "")
    if settings.formats & LOCATED or (findings and run.command == "pre-push"):
        from keyscan.cli.run_info import located

        run = located(run)
    if findings:
        from keyscan.cli.run_info import invocation

        run = replace(run, invocation=invocation())
    return run


def write(report: Report, settings: Settings) -> int:
    """Write the report where it was asked for; the exit code."""
    for name, file in settings.reports:
        write_file(file, render(name, report))
    if settings.output:
        write_file(settings.output, render(settings.format, report))
    else:
        color = settings.color if settings.color is not None else use_color(sys.stdout)
        emit(render(settings.format, report, color=color))
    code = report.exit_code
    return ExitCode.CLEAN if settings.exit_zero and code == ExitCode.FINDINGS else code


def emit(text: str) -> None:
    """Print a report; OutputClosed when its reader has gone (click would exit with 1: findings)."""
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
