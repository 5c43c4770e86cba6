"""What the scanning commands share: their options, the matcher that those ask for, and the way out."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keyscan.cli.settings import Settings, git_reader, root_of, settings_of, with_options
from keyscan.config.loader import BASELINE, FILES
from keyscan.engine import build as cache
from keyscan.errors import ExitCode, OutputClosed, UsageError
from keyscan.model.rule import Rule, Severity
from keyscan.reporters.registry import LOCATED, REPORTERS, render
from keyscan.scan.report import make_report, timed
from keyscan.suppressions.inline import MODES

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyscan.engine.matcher import Matcher
    from keyscan.model.report import Report
    from keyscan.scan.result import ScanResult

__all__ = [
    "PROJECT_FILES",
    "Settings",
    "emit",
    "finish",
    "git_reader",
    "root_of",
    "rules_of",
    "scan_options",
    "settings_of",
    "use_color",
    "write_file",
]

# What a repository says about its own scans: read from the index or a commit by the commands that scan those.
PROJECT_FILES = (*FILES, BASELINE)
_SEVERITIES = [severity.label for severity in Severity]


def scan_options(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that every scanning command has; their values arrive as keyword arguments."""
    function = with_options(function)
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
    click.option("--exclude", multiple=True, metavar="GLOB", help="Do not read these paths (gitignore syntax)."),
    click.option("--baseline", metavar="FILE", help="The accepted findings (default: .keyscan-baseline)."),
    click.option("--inline-ignores", type=click.Choice(MODES),
                 help="Whose markers in the text count: all tools', our own, or none's (default: all)."),
    click.option("--show-ignored", is_flag=True, default=None, help="List ignored and known findings too."),
    click.option("--config", metavar="FILE", envvar="KEYSCAN_CONFIG",
                 help="Read this configuration instead of .keyscan.toml or pyproject.toml."),
    click.option("--isolated", is_flag=True, default=None,
                 help="Take nothing from the repository: no configuration, baseline or inline ignore."),
    click.option("--color/--no-color", default=None, help="Colour the console report (default: on a terminal)."),
)  # fmt: skip


def rules_of(settings: Settings) -> tuple[Rule, ...]:
    """The rules in force."""
    rules = cache.load_rules([Path(path) for path in settings.rules], builtin=settings.builtin_rules)
    if not settings.disable:
        return rules
    from keyscan.hygiene.rules import RULES

    known = {rule.id for rule in rules} | set(RULES)
    for rule_id in settings.disable:
        if rule_id not in known:
            from difflib import get_close_matches

            where = settings.config.values.get("disable")
            named = f"{where.source}: disable" if where and rule_id in where.value else "--disable"
            near = get_close_matches(rule_id, known, 1)
            hint = f"did you mean {near[0]}?" if near else "see: keyscan rules list"
            raise UsageError(f"{named} {rule_id}: no such rule; {hint}")
    return tuple(rule for rule in rules if rule.id not in settings.disable)


def finish(result: ScanResult, matcher: Matcher, settings: Settings, started: float, *, whole: bool = False) -> int:
    """Report on a scan that began at `started` (of `time.perf_counter`); the exit code.

    `whole`: all that the configuration speaks of was scanned.
    """
    context = click.get_current_context(silent=True)
    run = timed(started, (context.info_name if context else None) or "")
    if settings.formats & LOCATED:
        from keyscan.cli.run_info import located

        run = located(run)
    return write(make_report(result, matcher, settings.options, run, whole=whole), settings)


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
