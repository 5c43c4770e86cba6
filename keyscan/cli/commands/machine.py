"""`keyscan machine`: search this machine for secrets that agents, shells and tools left behind."""

from __future__ import annotations

import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keyscan.api import Scanner
from keyscan.cli import output
from keyscan.cli.command import Command
from keyscan.cli.messages import confirm, say
from keyscan.cli.options import rotation_days_option
from keyscan.cli.settings import Prepared, with_settings
from keyscan.errors import ExitCode, UsageError
from keyscan.sources.home import Roots
from keyscan.support.plural import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.config.settings import Settings
    from keyscan.sources.home import HomeFile


# The shared options that apply here: nothing in a home directory configures a scan.
_SHARED = frozenset({
    "format", "output", "reports", "min_severity", "exit_zero", "show_secrets", "rules", "disable", "engine", "jobs",
    "color",
})  # fmt: skip


def _without_configuration(values: dict[str, Any]) -> Prepared:
    """The roots to search, and no configuration."""
    roots = Roots.of(values["home"])
    return Prepared(str(roots.home), lambda _name: None, roots)


@click.command(name="machine", cls=Command)
@click.option(
    "--home",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help="Search this home directory instead of your own.",
)
@rotation_days_option
@click.option(
    "--redact", is_flag=True, help="Replace secrets in transcripts and histories; asks first, keeps a backup."
)
@click.option("-y", "--yes", is_flag=True, help="Apply what --redact shows without asking.")
@click.option("--purge-backups", is_flag=True, help="Remove the backups that --redact made, and do nothing else.")
@with_settings(only=_SHARED, prepare=_without_configuration)
def command(
    home: Path | None,
    rotation_days: int,
    redact: bool,
    yes: bool,
    purge_backups: bool,
    work: Roots,
    settings: Settings,
) -> int:
    """Search this machine for secrets that agents, shells and tools left behind.

    Transcripts, histories, configuration and stores of credentials are read at their known places. Nothing leaves the
    machine. A place that is meant to hold a credential is judged by who may read it and by how old it is.
    """  # fmt: skip
    from keyscan.machine import backups
    from keyscan.machine.audit import audit
    from keyscan.machine.redact import default_backups

    del home  # `work` is made from it
    if purge_backups:
        return _purge(*backups.purge(default_backups()))
    started = time.perf_counter()
    scanner = _scanner(settings)
    progress = _Progress() if sys.stderr.isatty() else None
    audited = audit(scanner, work, rotation_days, progress)
    if progress:
        progress.clear()
    if redact and _confirmed(audited.to_redact, yes=yes):
        _redact(audited.to_redact)
        audited = audit(scanner, work, rotation_days)
    elif redact and audited.to_redact:
        return ExitCode.FINDINGS
    return output.finish(audited.result, scanner, settings, started)


def _scanner(settings: Settings) -> Scanner:
    """The scanner for a home directory: no marker in a transcript and no configuration silences anything."""
    scanner = Scanner.of(settings, without=("practice",))
    return scanner.with_options(replace(scanner.options, ignores=None))


def _confirmed(files: Sequence[HomeFile], *, yes: bool) -> bool:
    """Whether to redact: shown and asked on a terminal; elsewhere only with --yes."""
    if not files:
        say("keyscan: nothing to redact", err=True)
        return False
    say(*(f"  {file.name}" for file in files), err=True)
    if yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError("--redact asks on a terminal; elsewhere add --yes")
    files_named = "this file" if len(files) == 1 else f"these {len(files)} files"
    return confirm(f"Replace the secrets in {files_named}? A backup is kept")


def _redact(files: Sequence[HomeFile]) -> None:
    from keyscan.machine.backups import Backups
    from keyscan.machine.redact import default_backups, redact

    backups = Backups(default_backups())
    for outcome in redact(files, backups):
        description = outcome.refusal or f"{outcome.replaced} replaced"
        say(f"keyscan: {outcome.name}: {description}", err=True)
    if backups.folder:
        say("keyscan: the originals, secrets included, are kept until keyscan machine --purge-backups", err=True)


def _purge(removed: int, not_removed: Sequence[str]) -> int:
    for line in not_removed:
        say(f"keyscan: left: {line}", err=True)
    say(f"keyscan: {plural(removed, 'backup')} removed", err=True)
    return ExitCode.INCOMPLETE if not_removed else ExitCode.CLEAN


class _Progress:
    """Files done of files in all, on one line of standard error."""

    def __call__(self, done: int, total: int) -> None:
        """Draw."""
        sys.stderr.write(f"\rkeyscan: {done:,}/{total:,} files\x1b[K")
        sys.stderr.flush()

    def clear(self) -> None:
        """Clear the line."""
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()
