"""`keyscan migrate`: carry over what other scanners were told."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keyscan.api import Scanner
from keyscan.cli import output
from keyscan.cli.command import Command
from keyscan.cli.options import CONFIGURATION
from keyscan.cli.settings import with_settings
from keyscan.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from keyscan.config.settings import Settings
    from keyscan.migrate.result import AcceptedFinding, Item, MigrationResult
    from keyscan.model.finding import Finding
    from keyscan.suppressions.baseline import Entry

RULES_FILE = "keyscan-rules.toml"
_GITLEAKS = (".gitleaks.toml", "gitleaks.toml", ".betterleaks.toml", "betterleaks.toml")
_IGNORED = (".gitleaksignore", ".betterleaksignore")
_SECRETLINT = (".secretlintrc", ".secretlintrc.json", ".secretlintrc.yml", ".secretlintrc.yaml", ".secretlintrc.js")
_EXCLUDES = (".trufflehogignore", "trufflehog-exclude.txt", ".trufflehog-exclude.txt", "exclude-patterns.txt")
_LARGEST = 64 << 20


@click.command(name="migrate", cls=Command)
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option("--force", is_flag=True, help="Overwrite keyscan's own files without asking.")
@click.option("--trufflehog-excludes", multiple=True, metavar="FILE", help="A file for its --exclude-paths.")
@click.option("--detect-secrets-baseline", multiple=True, metavar="FILE", help="A baseline besides .secrets.baseline.")
@with_settings(only=CONFIGURATION | {"disable", "engine"}, new_baseline=True)
def command(
    dry_run: bool,
    force: bool,
    trufflehog_excludes: tuple[str, ...],
    detect_secrets_baseline: tuple[str, ...],
    settings: Settings,
) -> int:
    """Read the files of gitleaks, betterleaks, detect-secrets, secretlint and trufflehog, and write keyscan's own.

    Says line by line what could not be carried over. Nothing of the other tools is changed or removed.
    """
    more = {"trufflehog": trufflehog_excludes, "detect-secrets": detect_secrets_baseline}
    result = read_all(settings, more)
    if not result:
        click.echo(f"keyscan: nothing of another scanner found in {settings.root}")
        return ExitCode.CLEAN
    settings, result, entries = accepted(settings, result)
    for line in _lines(result):
        click.echo(output.without_secrets(line))
    for name, text in _outputs(settings, result, entries):
        _write(Path(settings.root, name), name, text, dry_run=dry_run, force=force)
    click.echo(
        f"keyscan: {len(result.ignores)} ignores, {len(result.rules)} rules, {len(entries)} accepted findings, "
        f"{len(result.excluded)} excluded paths carried over; {len(result.unsupported)} not"
    )
    return ExitCode.CLEAN


def read_all(settings: Settings, more: dict[str, tuple[str, ...]]) -> MigrationResult:
    """What all files of other tools at the root say."""
    from keyscan.migrate import detect_secrets, gitleaks, precommit, secretlint, trufflehog
    from keyscan.migrate.result import MigrationResult

    rules = Scanner.of(replace(settings, rules=())).rules
    known = frozenset(rule.id for rule in rules)
    providers = {rule.provider for rule in rules}
    readers: list[tuple[tuple[str, ...], Callable[[str, bytes], Iterable[Item]]]] = [
        (_GITLEAKS, lambda file, data: gitleaks.read_config(file, data, known)),
        (_IGNORED, gitleaks.read_ignore),
        ((".secrets.baseline", *more["detect-secrets"]), detect_secrets.read),
        (_SECRETLINT, lambda file, data: secretlint.read_config(file, data, providers)),
        ((".secretlintignore",), secretlint.read_ignore),
        ((*_EXCLUDES, *more["trufflehog"]), trufflehog.read_exclude_paths),
        ((".pre-commit-config.yaml",), precommit.read_config),
    ]
    result = MigrationResult()
    for names, reader in readers:
        for name in names:
            data = _read(settings, name, asked=name in more["trufflehog"] + more["detect-secrets"])
            if data is not None:
                result += reader(name, data)
    return result


def _read(settings: Settings, name: str, *, asked: bool) -> bytes | None:
    file = Path(settings.root, name)
    if not file.is_file():
        if asked:
            raise UsageError(f"{name}: no such file")
        return None
    try:
        with file.open("rb") as handle:
            return handle.read(_LARGEST)
    except OSError as error:
        raise UsageError(f"{name}: cannot be read: {error.strerror}") from error


def accepted(settings: Settings, result: MigrationResult) -> tuple[Settings, MigrationResult, list[Entry]]:
    """Baseline entries for what was accepted, each found again by scanning its file, and what was not found.

    The settings gain a salt, and the result a line for each accepted finding that is not found again.
    """
    from keyscan.cli.baseline_file import salted
    from keyscan.migrate.result import Unsupported
    from keyscan.suppressions import baseline
    from keyscan.suppressions.baseline import Entry

    if not result.accepted:
        return settings, result, []
    settings = salted(settings, settings.salt or baseline.new_salt())
    entries: dict[str, Entry] = {}
    missing: list[Item] = []
    scanned: dict[tuple[str, str], list[Finding]] = {}
    for wanted in result.accepted:
        key = (wanted.commit, wanted.path)
        if key not in scanned:
            scanned[key] = list(_findings(settings, wanted))
        found = [finding for finding in scanned[key] if _is_it(finding, wanted)]
        for finding in found:
            entries.setdefault(finding.fingerprint, Entry(finding.fingerprint, wanted.path, wanted.reason))
        if not found:
            why = f"keyscan finds nothing there ({wanted.path}:{wanted.line}), so nothing to accept"
            missing.append(Unsupported(wanted.place, why))
    return settings, result + missing, list(entries.values())


def _is_it(finding: Finding, wanted: AcceptedFinding) -> bool:
    if wanted.sha1 and finding.secret is not None:
        secret = finding.secret.encode()
        if hashlib.sha1(secret, usedforsecurity=False).hexdigest() == wanted.sha1:
            return True
    return bool(wanted.line) and finding.location.line <= wanted.line <= finding.location.end_line


def _findings(settings: Settings, wanted: AcceptedFinding) -> Iterator[Finding]:
    """The findings, with their secrets, in the file (or the blob of a commit) that an accepted finding names."""
    from keyscan.git.command import Git
    from keyscan.model.blob import Blob, Origin
    from keyscan.model.rule import Severity

    name = wanted.path
    if wanted.commit:
        found = next(Git(settings.root).objects([f"{wanted.commit}:{name}".encode("utf-8", "surrogateescape")]), None)
        data = found[1] if found and found[0] == b"blob" else b""
    else:
        place = os.path.realpath(os.path.join(settings.root, name))  # noqa: PTH118
        inside = place.startswith(os.path.realpath(settings.root) + os.sep)
        data = Path(place).read_bytes() if inside and os.path.isfile(place) else b""  # noqa: PTH113
    if "\n" in name or not data:
        return
    scanner = Scanner.of(replace(settings, rules=(), show_secrets=True, min_severity=Severity.INFO))
    yield from scanner.scan_blobs([Blob(data, Origin(name))]).findings


def _lines(result: MigrationResult) -> Iterator[str]:
    from keyscan.reporters.shared.escape import clean

    for note in result.notes:
        yield from (clean(line) for line in note.split("\n"))
    yield from (clean(f"not carried over: {item.place}: {item.why}") for item in result.unsupported)


def _outputs(settings: Settings, result: MigrationResult, entries: list[Entry]) -> Iterator[tuple[str, str]]:
    from keyscan.migrate import writer
    from keyscan.suppressions import baseline

    if result.rules:
        yield RULES_FILE, writer.rules(result)
    if result.rules or result.ignores or result.excluded or result.disabled:
        yield ".keyscan.toml", writer.configuration(result, RULES_FILE)
    if entries:
        # An existing baseline is added to, never replaced.
        yield settings.baseline, baseline.dump(settings.accepted.with_entries(entries)).decode()


def _write(file: Path, name: str, text: str, *, dry_run: bool, force: bool) -> None:
    from keyscan.config.schema import BASELINE

    if dry_run:
        click.echo(output.without_secrets(f"--- {name} (not written)\n{text}"), nl=False)
        return
    if file.exists() and not force and name != BASELINE:
        if not sys.stdin.isatty():
            raise UsageError(f"{name}: there already; see what would be written with --dry-run, or give --force")
        if not click.confirm(f"{name} is there already. Overwrite it?"):
            click.echo(f"{name}: kept")
            return
    output.write_file(str(file), text)
    click.echo(f"wrote {name}")
