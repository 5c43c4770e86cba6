"""`keyscan baseline`: accept findings as known, in one file that every command then honours."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keyscan.api import Scanner
from keyscan.cli import output
from keyscan.cli.command import Group
from keyscan.cli.options import CONFIGURATION, DETECTION
from keyscan.cli.settings import with_settings, writable
from keyscan.errors import ExitCode, UsageError
from keyscan.scan.name_redaction import redacted_names
from keyscan.suppressions import baseline
from keyscan.suppressions.baseline import Baseline, Entry

if TYPE_CHECKING:
    from keyscan.config.settings import Settings
    from keyscan.model.finding import Finding

_SCANNING = DETECTION | {"min_severity"}
_HISTORY = click.option("--history", is_flag=True, help="Also what is in the history only.")
_REASON = click.option("--reason", default="", metavar="TEXT", help="Why these are accepted; one line for all.")


@click.group(name="baseline", cls=Group)
def command() -> None:
    """Accept findings as known: create, update, prune, show and review the file .keyscan-baseline."""


@command.command(name="create")
@_REASON
@_HISTORY
@with_settings(only=_SCANNING, new_baseline=True)
def create(reason: str, history: bool, settings: Settings) -> int:
    """Accept everything that is found now, so that only what is new is reported from here on."""
    file = file_of(settings)
    if file.exists():
        raise UsageError(f"{settings.baseline}: there already; use: keyscan baseline update")
    settings = salted(settings, settings.salt or baseline.new_salt())
    found = new_entries(settings, all_findings(settings, history=history), reason)
    write(settings, Baseline((settings.salt,)).with_entries(found))
    click.echo(f"keyscan: {len(found)} findings accepted in {settings.baseline}; commit it")
    click.echo(f"to merge it without conflicts, add to .gitattributes: {settings.baseline} merge=union")
    return ExitCode.CLEAN


@command.command(name="update")
@_REASON
@_HISTORY
@with_settings(only=_SCANNING)
def update(reason: str, history: bool, settings: Settings) -> int:
    """Accept what is new as well; entries that are there stay as they are."""
    settings = existing(settings)
    found = new_entries(settings, all_findings(settings, history=history), reason)
    write(settings, settings.accepted.with_entries(found))
    click.echo(f"keyscan: {len(found)} findings accepted, {len(settings.accepted.entries)} were there")
    return ExitCode.CLEAN


@command.command(name="prune")
@click.option("--dry-run", is_flag=True, help="List what would go, and change nothing.")
@with_settings(only=DETECTION)
def prune(dry_run: bool, settings: Settings) -> int:
    """Remove entries whose secret stands nowhere any more: not in the files, not in the history.

    In a repository the whole history is scanned too, so that an entry accepted there stays.
    """
    settings = existing(settings)
    met = {finding.fingerprint for finding in all_findings(settings, history=True)}
    gone = [entry for entry in settings.accepted.entries if entry.fingerprint not in met]
    for entry in gone:
        click.echo(f"{entry.fingerprint}  {_shown(entry)}")
    if gone and not dry_run:
        write(settings, settings.accepted.only(lambda entry: entry.fingerprint in met))
    word = "would go" if dry_run else "removed"
    click.echo(f"keyscan: {len(gone)} of {len(settings.accepted.entries)} entries {word}")
    return ExitCode.CLEAN


@command.command(name="show")
@with_settings(only=CONFIGURATION)
def show(settings: Settings) -> int:
    """List the accepted findings: fingerprint, path where it was accepted, reason."""
    settings = existing(settings)
    for entry in settings.accepted.entries:
        click.echo(f"{entry.fingerprint}  {_shown(entry)}")
    click.echo(f"keyscan: {len(settings.accepted.entries)} accepted findings in {settings.baseline}")
    return ExitCode.CLEAN


@command.command(name="review")
@_HISTORY
@with_settings(only=_SCANNING, new_baseline=True)
def review(history: bool, settings: Settings) -> int:
    """Walk through the findings on a terminal: see the place, accept with a reason, or skip.

    Each answer is written at once: interrupt whenever you like, and go on later.
    """
    from keyscan.cli.review import walk

    if not settings.accepted.salts:
        settings = salted(settings, settings.salt or baseline.new_salt())
    return walk(settings, history=history)


def existing(settings: Settings) -> Settings:
    """The settings of a command that needs a baseline to be there, with a salt; UsageError when there is none."""
    if not file_of(settings).exists():
        raise UsageError(f"{settings.baseline}: no such baseline; create it with: keyscan baseline create")
    if settings.accepted.salts or settings.salt:
        return settings
    return salted(settings, baseline.new_salt())


def salted(settings: Settings, salt: str) -> Settings:
    """`settings` under which fingerprints are made with `salt`."""
    salts = tuple(dict.fromkeys([salt, *settings.ignores.salts]))
    accepted = replace(settings.accepted, salts=tuple(dict.fromkeys([salt, *settings.accepted.salts])))
    ignores = replace(settings.ignores, salts=salts)
    return replace(settings, salt=salt, ignores=ignores, accepted=accepted)


def file_of(settings: Settings) -> Path:
    """Where the baseline is."""
    return Path(settings.root, settings.baseline)


def write(settings: Settings, made: Baseline) -> None:
    """Write the baseline, atomically."""
    source = settings.config.values.get("baseline")
    if source and source.value == settings.baseline and not settings.trusted:
        writable(settings.baseline, settings.root, source.source, trusted=False)
    output.write_file(str(file_of(settings)), baseline.dump(made).decode())


def tree_findings(settings: Settings) -> list[Finding]:
    """All findings in the files of the repository, whatever their severity and status."""
    scanner = Scanner.of(settings)
    return list(scanner.scan_files(scanner.targets([os.path.relpath(settings.root)])).findings)


def history_findings(settings: Settings) -> list[Finding]:
    """All findings in the history, none where there is no repository."""
    from keyscan.git.command import Git
    from keyscan.history import scope
    from keyscan.history.audit import audit_history
    from keyscan.history.batch import HistoryJob

    if not os.path.lexists(os.path.join(settings.root, ".git")):  # noqa: PTH118
        return []
    git = Git(settings.root)
    scanner = Scanner.of(settings)
    job = HistoryJob(git, scanner.matcher(), scanner.options, settings.jobs)
    query = scope.HistoryQuery(allow_shallow=True)
    return audit_history(job, scope.resolve(git, query), query).tally.findings


def all_findings(settings: Settings, *, history: bool) -> list[Finding]:
    """What is in the files, and, if asked for, in the history."""
    return [*tree_findings(settings), *(history_findings(settings) if history else ())]


def new_entries(settings: Settings, findings: list[Finding], reason: str) -> list[Entry]:
    """An entry for each new finding that counts: the first place of each secret."""
    found: dict[str, Entry] = {}
    findings = redacted_names(findings, Scanner.of(settings).matcher(0), settings.ignores.salts)
    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        if finding.status == "new" and finding.severity >= settings.min_severity:
            entry = Entry(finding.fingerprint, place_of(settings, finding), " ".join(reason.split()))
            found.setdefault(entry.fingerprint, entry)
    return list(found.values())


def place_of(settings: Settings, finding: Finding) -> str:
    """The path of a finding, from the root."""
    origin = finding.origin
    return origin.path if origin.commit or origin.blob else settings.ignores.place(origin.path)


def _shown(entry: Entry) -> str:
    from keyscan.reporters.shared.escape import clean

    return output.without_secrets(clean(f"{entry.path}  {entry.reason}".rstrip()))
