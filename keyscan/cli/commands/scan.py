"""`keyscan scan`: files, directories and standard input."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from typing import TYPE_CHECKING

import click

from keyscan.api import Scanner
from keyscan.cli import output
from keyscan.cli.command import Command, compiling
from keyscan.cli.settings import scan_options
from keyscan.cli.verify_options import OFF, VerifySettings, verify_options

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.config.settings import Settings

# Paths that the note on what git ignores names.
_NAMED = 3
_STDIN = "<stdin>"


@click.command(name="scan", cls=Command)
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--all", "everything", is_flag=True, help="In a git work tree, scan ignored files too.")
@click.option("--stdin-filename", default=_STDIN, metavar="NAME", help="The name for what '-' reads.")
@scan_options
@verify_options
def command(
    paths: tuple[str, ...], everything: bool, stdin_filename: str, verify: VerifySettings, settings: Settings
) -> int:
    """Scan files and directories (default: this one); '-' reads standard input.

    Inside a git work tree: tracked files, and untracked ones that git does not ignore.
    """
    return scan_paths(paths, settings, verify, everything=everything, stdin_filename=stdin_filename)


def scan_paths(
    paths: Sequence[str],
    settings: Settings,
    verify: VerifySettings = OFF,
    *,
    everything: bool = False,
    stdin_filename: str = _STDIN,
) -> int:
    """Scan and report; the exit code."""
    from keyscan.scan.scanner import overlap_of, scan_blob, size_of
    from keyscan.sources import files, safe_read

    started = time.perf_counter()
    scanner = Scanner.of(settings, compiling=compiling)
    named = [path for path in paths if path != "-"] if paths else ["."]
    targets = scanner.targets(named, everything=everything)
    blob = None
    with files.ignored_by_git(() if everything else named) as left_out:
        matcher = scanner.matcher(None if "-" in paths else size_of(targets))
        result = scanner.scan_files(targets)
        if "-" in paths:
            chunks = 0
            for blob in safe_read.read_stdin(sys.stdin.buffer, stdin_filename, overlap_of(matcher)):
                chunks += 1
                result += scan_blob(blob, matcher, scanner.options)
            # What is too large to keep cannot be verified: it is not there to be read again.
            blob = blob if chunks == 1 else None
        whole = not settings.ignores.prefix and named == ["."]
        result = replace(result, notes=(*result.notes, *_ignored(left_out())), whole=whole)
    return output.finish(result, scanner, settings, started, output.verifier(settings, verify, blob))


def _ignored(names: Sequence[str]) -> tuple[str, ...]:
    """The note that git ignores these, if there are any."""
    if not names:
        return ()
    more = [f"{len(names) - _NAMED:,} more"] if len(names) > _NAMED else []
    return (f"not scanned, since git ignores it: {', '.join([*names[:_NAMED], *more])} (--all scans it too)",)
