"""`keyscan scan`: files, directories and standard input."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import click

from keyscan.cli import output as common

if TYPE_CHECKING:
    from collections.abc import Sequence

# Paths that the note on what git ignores names.
_NAMED = 3


@click.command(name="scan")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--all", "everything", is_flag=True, help="In a git work tree, scan ignored files too.")
@click.option("--stdin-filename", default="<stdin>", metavar="NAME", help="The name for what '-' reads.")
@common.scan_options
def command(paths: tuple[str, ...], everything: bool, stdin_filename: str, **values: Any) -> int:
    """Scan files and directories (default: this one); '-' reads standard input.

    Inside a git work tree: tracked files, and untracked ones that git does not ignore.
    """
    from keyscan.engine import build as cache
    from keyscan.scan import scanner as scan
    from keyscan.sources import files, safe_read

    started = time.perf_counter()
    settings = common.settings_of(values)
    rules = common.rules_of(settings)
    named = [path for path in paths if path != "-"] if paths else ["."]
    targets = scan.targets_kept(files.targets(named, everything=everything), settings.ignores)
    with files.ignored_by_git(() if everything else named) as left_out:
        size = scan.size_of(targets)
        matcher = cache.matcher(rules, settings.engine, None if "-" in paths else size)
        result = scan.scan_files(targets, matcher, settings.options, settings.jobs)
        if "-" in paths:
            result += scan.scan_blob(safe_read.read_stdin(sys.stdin.buffer, stdin_filename), matcher, settings.options)
        ignored = left_out()
    whole = not settings.ignores.prefix and named == ["."]
    result = replace(result, notes=(*result.notes, *_told(ignored)))
    return common.finish(result, matcher, settings, started, whole=whole)


def _told(ignored: Sequence[str]) -> tuple[str, ...]:
    """The note that git ignores these, if there are any."""
    if not ignored:
        return ()
    more = [f"{len(ignored) - _NAMED:,} more"] if len(ignored) > _NAMED else []
    return (f"not scanned, since git ignores it: {', '.join([*ignored[:_NAMED], *more])} (--all scans it too)",)
