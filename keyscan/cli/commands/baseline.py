"""`keyscan baseline`: accept findings as known, in a file that every command reads."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from keyscan.cli.baseline_file import existing, file_of, new_entries, salted, write
from keyscan.cli.command import Group
from keyscan.cli.messages import say
from keyscan.cli.options import CONFIGURATION, DETECTION
from keyscan.cli.repository_findings import all_findings
from keyscan.cli.settings import with_settings
from keyscan.errors import ExitCode, UsageError
from keyscan.support.plural import plural
from keyscan.suppressions import baseline
from keyscan.suppressions.baseline import Baseline

if TYPE_CHECKING:
    from keyscan.config.settings import Settings
    from keyscan.suppressions.baseline import Entry

_SCANNING = DETECTION | {"min_severity"}
_HISTORY = click.option("--history", is_flag=True, help="Include findings that are only in the history.")
_REASON = click.option(
    "--reason", default="", metavar="TEXT", help="Why these findings are accepted; one line for all of them."
)


@click.group(name="baseline", cls=Group)
def command() -> None:
    """Accept findings as known: create, update, prune, show and review the file .keyscan-baseline."""


@command.command(name="create")
@_REASON
@_HISTORY
@with_settings(only=_SCANNING, new_baseline=True)
def create(reason: str, history: bool, settings: Settings) -> int:
    """Accept all current findings, so that only new ones are reported from now on."""
    file = file_of(settings)
    if file.exists():
        raise UsageError(f"{settings.baseline}: there already; use: keyscan baseline update")
    settings = salted(settings, settings.salt or baseline.new_salt())
    entries = new_entries(settings, all_findings(settings, history=history), reason)
    write(settings, Baseline((settings.salt,)).with_entries(entries))
    say(f"keyscan: {plural(len(entries), 'finding')} accepted in {settings.baseline}; commit it")
    say(f"to merge it without conflicts, add to .gitattributes: {settings.baseline} merge=union")
    return ExitCode.CLEAN


@command.command(name="update")
@_REASON
@_HISTORY
@with_settings(only=_SCANNING)
def update(reason: str, history: bool, settings: Settings) -> int:
    """Accept new findings as well; existing entries are not changed."""
    settings = existing(settings)
    entries = new_entries(settings, all_findings(settings, history=history), reason)
    write(settings, settings.accepted.with_entries(entries))
    say(f"keyscan: {plural(len(entries), 'finding')} accepted, {len(settings.accepted.entries)} before")
    return ExitCode.CLEAN


@command.command(name="prune")
@click.option("--dry-run", is_flag=True, help="List the stale entries without removing them.")
@with_settings(only=DETECTION)
def prune(dry_run: bool, settings: Settings) -> int:
    """Remove stale entries: their secrets are neither in the files nor in the history.

    In a repository the whole history is scanned too, so that entries accepted there are kept.
    """
    settings = existing(settings)
    met = {finding.fingerprint for finding in all_findings(settings, history=True)}
    gone = [entry for entry in settings.accepted.entries if entry.fingerprint not in met]
    if gone:
        say(*map(_line, gone))
    if gone and not dry_run:
        write(settings, settings.accepted.only(lambda entry: entry.fingerprint in met))
    word = "would go" if dry_run else "removed"
    say(f"keyscan: {len(gone)} of {len(settings.accepted.entries)} entries {word}")
    return ExitCode.CLEAN


@command.command(name="show")
@with_settings(only=CONFIGURATION)
def show(settings: Settings) -> int:
    """List the accepted findings: fingerprint, path where it was accepted, reason."""
    settings = existing(settings)
    if settings.accepted.entries:
        say(*map(_line, settings.accepted.entries))
    say(f"keyscan: {plural(len(settings.accepted.entries), 'accepted finding')} in {settings.baseline}")
    return ExitCode.CLEAN


@command.command(name="review")
@_HISTORY
@with_settings(only=_SCANNING, new_baseline=True)
def review(history: bool, settings: Settings) -> int:
    """Review findings one by one on a terminal: see each location, accept with a reason, or skip.

    Each answer is saved at once: you can interrupt at any time and continue later.
    """
    from keyscan.cli.review import walk

    if not settings.accepted.salts:
        settings = salted(settings, settings.salt or baseline.new_salt())
    return walk(settings, history=history)


def _line(entry: Entry) -> str:
    return f"{entry.fingerprint}  {entry.path}  {entry.reason}".rstrip()
