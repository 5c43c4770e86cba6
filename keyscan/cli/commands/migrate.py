"""`keyscan migrate`: carry over what other scanners were told."""

from __future__ import annotations

import hashlib
import os
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from keyscan.cli import output as common
from keyscan.errors import ExitCode, UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.cli.settings import Settings
    from keyscan.migrate.result import Carried, Wish
    from keyscan.model.finding import Finding
    from keyscan.suppressions.baseline import Entry

RULES_FILE = "keyscan-rules.toml"
_GITLEAKS = (".gitleaks.toml", "gitleaks.toml", ".betterleaks.toml", "betterleaks.toml")
_IGNORED = (".gitleaksignore", ".betterleaksignore")
_SECRETLINT = (".secretlintrc", ".secretlintrc.json", ".secretlintrc.yml", ".secretlintrc.yaml", ".secretlintrc.js")
_EXCLUDES = (".trufflehogignore", "trufflehog-exclude.txt", ".trufflehog-exclude.txt", "exclude-patterns.txt")
_LARGEST = 64 << 20


@click.command(name="migrate")
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option("--force", is_flag=True, help="Overwrite keyscan's own files without asking.")
@click.option("--trufflehog-excludes", multiple=True, metavar="FILE", help="A file for its --exclude-paths.")
@click.option("--detect-secrets-baseline", multiple=True, metavar="FILE", help="A baseline besides .secrets.baseline.")
@common.scan_options
def command(
    dry_run: bool,
    force: bool,
    trufflehog_excludes: tuple[str, ...],
    detect_secrets_baseline: tuple[str, ...],
    **values: Any,
) -> int:
    """Read the files of gitleaks, betterleaks, detect-secrets, secretlint and trufflehog, and write keyscan's own.

    Says line by line what could not be carried over. Nothing of the other tools is changed or removed.
    """
    click.get_current_context().meta["keyscan.new-baseline"] = True
    settings = common.settings_of(values)
    more = {"trufflehog": trufflehog_excludes, "detect-secrets": detect_secrets_baseline}
    carried = read_all(settings, more)
    if carried is None:
        click.echo(f"keyscan: nothing of another scanner found in {settings.root}")
        return ExitCode.CLEAN
    settings, entries = accepted(settings, carried)
    for line in _said(carried):
        click.echo(line)
    for name, text in _outputs(settings, carried, entries):
        _write(Path(settings.root, name), name, text, dry_run=dry_run, force=force)
    click.echo(
        f"keyscan: {len(carried.ignores)} ignores, {len(carried.rules)} rules, {len(entries)} accepted findings, "
        f"{len(carried.exclude)} excluded paths carried over; {len(carried.lost)} not"
    )
    return ExitCode.CLEAN


def read_all(settings: Settings, more: dict[str, tuple[str, ...]]) -> Carried | None:
    """What all files of other tools at the root say; None when there is none."""
    from keyscan.migrate import detect_secrets as detectsecrets
    from keyscan.migrate import gitleaks, others
    from keyscan.migrate.result import Carried

    rules = common.rules_of(replace(settings, rules=()))
    known = frozenset(rule.id for rule in rules)
    providers = {rule.provider for rule in rules}
    carried, found = Carried(), False
    jobs: list[tuple[tuple[str, ...], Any]] = [
        (_GITLEAKS, lambda file, data: gitleaks.read_config(file, data, known, carried)),
        (_IGNORED, lambda file, data: gitleaks.read_ignore(file, data, carried)),
        ((".secrets.baseline", *more["detect-secrets"]), lambda file, data: detectsecrets.read(file, data, carried)),
        (_SECRETLINT, lambda file, data: others.read_secretlint(file, data, providers, carried)),
        ((".secretlintignore",), lambda file, data: others.read_globs(file, data, carried)),
        ((*_EXCLUDES, *more["trufflehog"]), lambda file, data: others.read_path_patterns(file, data, carried)),
        ((".pre-commit-config.yaml",), lambda file, data: others.read_hooks(file, data, carried)),
    ]
    for names, reader in jobs:
        for name in names:
            data = _read(settings, name, asked=name in more["trufflehog"] + more["detect-secrets"])
            if data is not None:
                found = True
                reader(name, data)
    said = carried.notes or carried.lost or carried.ignores or carried.exclude or carried.wishes or carried.rules
    return carried if found and said else None


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


def accepted(settings: Settings, carried: Carried) -> tuple[Settings, list[Entry]]:
    """Baseline entries for what was accepted, each found again by scanning its file; the rest is said."""
    from keyscan.cli.commands.baseline import salted
    from keyscan.suppressions import baseline
    from keyscan.suppressions.baseline import Entry

    if not carried.wishes:
        return settings, []
    settings = salted(settings, settings.salt or baseline.new_salt())
    entries: dict[str, Entry] = {}
    texts: dict[tuple[str, str], list[Finding]] = {}
    for wish in carried.wishes:
        key = (wish.commit, wish.path)
        if key not in texts:
            texts[key] = list(_findings(settings, wish))
        found = [finding for finding in texts[key] if _is_it(finding, wish)]
        for finding in found:
            entries.setdefault(finding.fingerprint, Entry(finding.fingerprint, wish.path, wish.reason))
        if not found:
            carried.lose(wish.place, f"keyscan finds nothing there ({wish.path}:{wish.line}), so nothing to accept")
    return settings, list(entries.values())


def _is_it(finding: Finding, wish: Wish) -> bool:
    if wish.sha1 and finding.secret is not None:
        secret = finding.secret.encode()
        if hashlib.sha1(secret, usedforsecurity=False).hexdigest() == wish.sha1:
            return True
    return bool(wish.line) and finding.location.line <= wish.line <= finding.location.end_line


def _findings(settings: Settings, wish: Wish) -> Iterator[Finding]:
    """All findings in the file, or the blob of a commit, that a wish names; with their secrets, to be compared."""
    from keyscan.engine import build as cache
    from keyscan.git.command import Git
    from keyscan.model.blob import Blob, Origin
    from keyscan.model.rule import Severity
    from keyscan.scan.scanner import scan_blob

    name = wish.path
    if wish.commit:
        found = next(Git(settings.root).objects([f"{wish.commit}:{name}".encode("utf-8", "surrogateescape")]), None)
        data = found[1] if found and found[0] == b"blob" else b""
    else:
        place = os.path.realpath(os.path.join(settings.root, name))  # noqa: PTH118
        inside = place.startswith(os.path.realpath(settings.root) + os.sep)
        data = Path(place).read_bytes() if inside and os.path.isfile(place) else b""  # noqa: PTH113
    if "\n" in name or not data:
        return
    matcher = cache.matcher(common.rules_of(replace(settings, rules=())), settings.engine)
    options = replace(settings.options, show_secrets=True, min_severity=Severity.INFO)
    yield from scan_blob(Blob(data, Origin(name)), matcher, options).findings


def _said(carried: Carried) -> Iterator[str]:
    from keyscan.reporters.shared.escape import clean

    for note in carried.notes:
        yield from (clean(line) for line in note.split("\n"))
    yield from (clean(f"not carried over: {text}") for text in carried.lost)


def _outputs(settings: Settings, carried: Carried, entries: list[Entry]) -> Iterator[tuple[str, str]]:
    from keyscan.migrate import result as written
    from keyscan.suppressions import baseline

    if carried.rules:
        yield RULES_FILE, written.rules(carried)
    if carried.rules or carried.ignores or carried.exclude or carried.disable:
        yield ".keyscan.toml", written.configuration(carried, RULES_FILE)
    if entries:
        # An existing baseline is added to, never replaced.
        yield settings.baseline, baseline.dump(settings.accepted.with_entries(entries)).decode()


def _write(file: Path, name: str, text: str, *, dry_run: bool, force: bool) -> None:
    from keyscan.config.loader import BASELINE

    if dry_run:
        click.echo(f"--- {name} (not written)\n{text}", nl=False)
        return
    if file.exists() and not force and name != BASELINE:
        if not sys.stdin.isatty():
            raise UsageError(f"{name}: there already; see what would be written with --dry-run, or give --force")
        if not click.confirm(f"{name} is there already. Overwrite it?"):
            click.echo(f"{name}: kept")
            return
    common.write_file(str(file), text)
    click.echo(f"wrote {name}")
