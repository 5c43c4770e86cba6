"""The options that scanning commands share, and their values as one typed object."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import click

from keyscan.cli.command import Choice, SharedOption
from keyscan.model.rule import Precision, Severity
from keyscan.reporters.registry import REPORTERS
from keyscan.suppressions.inline import MODES

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

_SEVERITIES = [severity.label for severity in Severity]


@dataclass(frozen=True, slots=True)
class SharedOptions:
    """The shared options as the command line gives them; None or () where it does not."""

    format: str | None = None
    statistics: bool | None = None
    output: str | None = None
    reports: tuple[str, ...] = ()
    min_severity: str | None = None
    min_precision: str | None = None
    exit_zero: bool | None = None
    show_secrets: bool | None = None
    rules: tuple[str, ...] = ()
    disable: tuple[str, ...] = ()
    engine: str | None = None
    jobs: int | None = None
    exclude: tuple[str, ...] = ()
    baseline: str | None = None
    inline_ignores: str | None = None
    show_ignored: bool | None = None
    config: str | None = None
    isolated: bool | None = None
    color: bool | None = None

    def given(self) -> dict[str, Any]:
        """The values that the command line gives, by name."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__}
        return {name: value for name, value in values.items() if value is not None and value != ()}


def _option(*names: str, **attributes: Any) -> Callable[[Any], Any]:
    return click.option(*names, cls=SharedOption, **attributes)


# By the name of their field in SharedOptions.
OPTIONS = {
    "format": _option("-f", "--format", type=Choice(list(REPORTERS)), help="Report format (default: console)."),
    "statistics": _option("--statistics", is_flag=True, default=None,
                          help="Show counts by rule and severity instead of findings."),
    "output": _option("-o", "--output", metavar="FILE", help="Write the report to FILE, atomically."),
    "reports": _option("--report", "reports", multiple=True, metavar="FORMAT=FILE",
                       help="Write an additional report; may be given several times."),
    "min_severity": _option("--min-severity", type=Choice(_SEVERITIES),
                            help="Report findings at or above this severity (default: medium)."),
    "min_precision": _option("--min-precision", type=Choice([each.label for each in Precision]),
                             help="Report findings at or above this precision (default: low, all)."),
    "exit_zero": _option("--exit-zero", is_flag=True, default=None, help="Report findings, but exit with 0."),
    "show_secrets": _option("--show-secrets", is_flag=True, default=None, help="Show found secrets in plain text."),
    "rules": _option("--rules", multiple=True, metavar="PATH", help="Add the rules of this file or directory."),
    "disable": _option("--disable", multiple=True, metavar="RULE", help="Disable the rule with this id."),
    "engine": _option("--engine", type=Choice(["auto", "hyperscan", "regex"]), help="Matching engine (default: auto)."),
    "jobs": _option("-j", "--jobs", type=click.IntRange(0), help="Processes to use (default: one per core)."),
    "exclude": _option("--exclude", multiple=True, metavar="GLOB", help="Do not read these paths (gitignore syntax)."),
    "baseline": _option("--baseline", metavar="FILE", help="Accepted findings (default: .keyscan-baseline)."),
    "inline_ignores": _option("--inline-ignores", type=Choice(MODES),
                              help="Which inline ignore markers to honor: those of all tools, our own, or none "
                                   "(default: all)."),
    "show_ignored": _option("--show-ignored", is_flag=True, default=None,
                            help="List ignored and accepted findings too."),
    "config": _option("--config", metavar="FILE", envvar="KEYSCAN_CONFIG",
                      help="Read this configuration instead of .keyscan.toml or pyproject.toml."),
    "isolated": _option("--isolated", is_flag=True, default=None,
                        help="Ignore configuration in the repository: no settings, baseline or inline markers."),
    "color": _option("--color/--no-color", default=None, help="Color the console report (default: on a terminal)."),
}  # fmt: skip

# Options that decide which findings there are, without those on reporting.
DETECTION = frozenset({
    "rules", "disable", "engine", "jobs", "exclude", "baseline", "inline_ignores", "config", "isolated",
})  # fmt: skip
# Options that decide which configuration and which baseline are read.
CONFIGURATION = frozenset({"baseline", "config", "isolated"})


# Of commands that report ages.
rotation_days_option = click.option(
    "--rotation-days", type=click.IntRange(1), default=90, show_default=True, metavar="DAYS",
    help="Age in days from which an exposed secret is overdue for rotation.",
)  # fmt: skip


def shared(function: Callable[..., Any], only: Collection[str] | None = None) -> Callable[..., Any]:
    """`function` with the shared options, or with those that are named in `only`."""
    for name, option in reversed(OPTIONS.items()):
        if only is None or name in only:
            function = option(function)
    return function


def shared_params() -> list[click.Parameter]:
    """The shared options as click knows them."""
    return click.command()(shared(lambda: None)).params
