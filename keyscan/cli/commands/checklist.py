"""`keyscan checklist`: the guides' security checklist for this repository."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keyscan.api import Scanner
from keyscan.cli.command import Choice, Command
from keyscan.cli.options import DETECTION, rotation_days_option
from keyscan.cli.output import emit, use_color, write_file
from keyscan.cli.settings import with_settings
from keyscan.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from keyscan.checklist.items import Item
    from keyscan.config.settings import Settings

_FORMATS = ["console", "json", "markdown"]
# The shared options that apply here.
_SHARED = DETECTION - {"inline_ignores"} | {"color"}


@click.command(name="checklist", cls=Command)
@click.argument("repo", default=".", type=click.Path())
@click.option("-f", "--format", "form", type=Choice(_FORMATS), default="console", show_default=True)
@click.option("-o", "--output", metavar="FILE", help="Write the checklist to FILE, atomically.")
@rotation_days_option
@with_settings(only=_SHARED)
def command(repo: str, form: str, output: str | None, rotation_days: int, settings: Settings) -> int:
    """The security checklist for AI keys: pass, fail, or cannot be verified from the repository, with the evidence.

    Exit code 1 when an item fails. Items that only a provider's console can answer are marked as such.
    """
    from keyscan.checklist import evidence, items
    from keyscan.cli import progress
    from keyscan.git import worktree

    if not Path(repo).is_dir():
        raise UsageError(f"{repo}: no such directory")
    root = worktree.root_of(repo)
    scanner = Scanner.of(settings)
    with progress.step("reading the files"), progress.shown() as bar:
        results = items.items(evidence.facts(root, scanner, rotation_days, bar))
    color = settings.color if settings.color is not None else use_color(sys.stdout)
    text = _rendered(results, form, color=color and not output)
    if output:
        write_file(output, text)
    else:
        emit(text)
    return ExitCode.FINDINGS if any(item.status == items.FAIL for item in results) else ExitCode.CLEAN


def _rendered(items: tuple[Item, ...], form: str, *, color: bool) -> str:
    from keyscan.reporters import checklist

    if form == "json":
        return checklist.as_json(items)
    return checklist.markdown(items) if form == "markdown" else checklist.console(items, color=color)
