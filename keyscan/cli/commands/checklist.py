"""`keyscan checklist`: the guides' security checklist for this repository."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keyscan.cli import output as common
from keyscan.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from keyscan.checklist.items import Item

_FORMATS = ["console", "json", "markdown"]
# The options of every scanning command that mean something here.
_KEPT = {"rules", "disable", "engine", "jobs", "exclude", "baseline", "config", "isolated", "color"}


def _options(function: Any) -> Any:
    """The scanning commands' options, without those about formats of findings."""
    wrapped: Any = common.scan_options(function)
    wrapped.__click_params__ = [param for param in wrapped.__click_params__ if param.name in _KEPT]
    return wrapped


@click.command(name="checklist")
@click.argument("repo", default=".", type=click.Path())
@click.option("-f", "--format", "form", type=click.Choice(_FORMATS), default="console", show_default=True)
@click.option("-o", "--output", metavar="FILE", help="Write the checklist to FILE, whole or not at all.")
@click.option("--rotation-days", type=click.IntRange(1), default=90, show_default=True, metavar="DAYS",
              help="The age from which a key is to be replaced.")  # fmt: skip
@_options
def command(repo: str, form: str, output: str | None, rotation_days: int, **values: Any) -> int:
    """The security checklist for AI keys: pass, fail, or can't be seen from here, each with its evidence.

    Exit code 1 when an item fails. What only a provider's page can show is said to be so.
    """
    from keyscan.api import Scanner
    from keyscan.checklist import evidence
    from keyscan.checklist import items as checklist
    from keyscan.git import worktree

    if not Path(repo).is_dir():
        raise UsageError(f"{repo}: no such directory")
    root = worktree.root_of(repo)
    settings = common.settings_of(values, Path(root))
    scanner = Scanner(common.rules_of(settings), settings.options, settings.engine, settings.jobs)
    found = checklist.items(evidence.facts(root, scanner, rotation_days))
    color = settings.color if settings.color is not None else common.use_color(sys.stdout)
    text = _rendered(found, form, color=color and not output)
    if output:
        common.write_file(output, text)
    else:
        common.emit(text)
    return ExitCode.FINDINGS if any(item.status == checklist.FAIL for item in found) else ExitCode.CLEAN


def _rendered(items: tuple[Item, ...], form: str, *, color: bool) -> str:
    from keyscan.reporters import checklist as checklists

    if form == "json":
        return checklists.as_json(items)
    return checklists.markdown(items) if form == "markdown" else checklists.console(items, color=color)
