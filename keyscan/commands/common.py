"""What the scanning commands share: their options, the matcher that those ask for, and the way out."""

from __future__ import annotations

import os
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keyscan import cache
from keyscan.errors import ExitCode, OutputClosed, UsageError
from keyscan.model import Report, Rule, Severity
from keyscan.reporters import LOCATED, REPORTERS, render
from keyscan.scan import Options

if TYPE_CHECKING:
    from collections.abc import Callable

_SEVERITIES = [severity.label for severity in Severity]


@dataclass(frozen=True, slots=True)
class Settings:
    """What the command line and the configuration ask for, together."""

    format: str = "console"
    output: str | None = None
    reports: tuple[tuple[str, str], ...] = ()
    min_severity: Severity = Severity.MEDIUM
    exit_zero: bool = False
    show_secrets: bool = False
    rules: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    engine: str = "auto"
    jobs: int = 0
    color: bool | None = None
    salt: str = ""

    @property
    def options(self) -> Options:
        """The part that the scan needs."""
        return Options(self.min_severity, self.salt, self.show_secrets, line_hashes="sarif" in self.formats)

    @property
    def formats(self) -> set[str]:
        """The formats of all reports that are asked for."""
        return {self.format, *(name for name, _ in self.reports)}


def scan_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every scanning command has; their values arrive as keyword arguments."""
    for option in reversed(_OPTIONS):
        function = option(function)
    return function


_OPTIONS = (
    click.option("-f", "--format", type=click.Choice(list(REPORTERS)), help="How to report (default: console)."),
    click.option("-o", "--output", metavar="FILE", help="Write the report to FILE, whole or not at all."),
    click.option("--report", "reports", multiple=True, metavar="FORMAT=FILE",
                 help="Write one more report; may be given several times."),
    click.option("--min-severity", type=click.Choice(_SEVERITIES),
                 help="Report and fail from this severity on (default: medium)."),
    click.option("--exit-zero", is_flag=True, default=None, help="Report findings, but exit with 0."),
    click.option("--show-secrets", is_flag=True, default=None, help="Show found secrets in plain text."),
    click.option("--rules", multiple=True, metavar="PATH", help="Add the rules of this file or directory."),
    click.option("--disable", multiple=True, metavar="RULE", help="Leave out the rule with this id."),
    click.option("--engine", type=click.Choice(["auto", "hyperscan", "regex"]), help="What makes the first pass."),
    click.option("-j", "--jobs", type=click.IntRange(0), help="Processes to use (default: one a core)."),
    click.option("--color/--no-color", default=None, help="Colour the console report (default: on a terminal)."),
)  # fmt: skip


def settings_of(values: dict[str, Any], root: Path | None = None) -> Settings:
    """The settings for the option values of a command run in the repository at `root`."""
    del root
    given = {key: value for key, value in values.items() if value is not None and value != ()}
    if "min_severity" in given:
        given["min_severity"] = Severity[given["min_severity"].upper()]
    given["reports"] = tuple(map(_report_target, given.get("reports", ())))
    return Settings(**given)


def _report_target(text: str) -> tuple[str, str]:
    name, separator, file = text.partition("=")
    if name not in REPORTERS or not separator or not file:
        raise UsageError(f"--report {text}: write FORMAT=FILE, with one of {', '.join(REPORTERS)}")
    return name, file


def rules_of(settings: Settings) -> tuple[Rule, ...]:
    """The rules in force."""
    rules = cache.load_rules([Path(path) for path in settings.rules])
    known = {rule.id for rule in rules}
    for rule_id in settings.disable:
        if rule_id not in known:
            raise UsageError(f"--disable {rule_id}: no such rule (see: keyscan rules list)")
    return tuple(rule for rule in rules if rule.id not in settings.disable)


def finish(report: Report, settings: Settings) -> int:
    """Write the report where it was asked for; the exit code."""
    context = click.get_current_context(silent=True)
    report = replace(report, command=report.command or (context.info_name if context else None) or "")
    if settings.formats & LOCATED:
        from keyscan.commands.located import located

        report = located(report)
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
    """Write a report to `file`, whole or not at all."""
    try:
        cache.write_whole(Path(file), text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise UsageError(f"{file}: cannot be written: {error.strerror}") from error


def use_color(stream: Any) -> bool:
    """Colour on a terminal, unless NO_COLOR is set or the terminal is dumb."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        return False
    return bool(os.environ.get("FORCE_COLOR")) or stream.isatty()
