"""`keyscan migrate`: convert the configuration of other scanners."""

from __future__ import annotations

import re
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from keyscan.api import Scanner
from keyscan.cli import output
from keyscan.cli.command import Command
from keyscan.cli.messages import confirm, say
from keyscan.cli.options import CONFIGURATION
from keyscan.cli.settings import with_settings
from keyscan.errors import ExitCode, UsageError
from keyscan.remediation.edits import masked_values
from keyscan.support.plural import plural
from keyscan.suppressions.schema import HOLD_SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.cli.migration import Trial
    from keyscan.config.settings import Settings
    from keyscan.migrate.result import FurtherFile

# Kind of file -> what the option for it is called.
_OPTIONS = {
    "gitleaks": "gitleaks-config",
    "gitleaks baseline": "gitleaks-baseline",
    "trufflehog": "trufflehog-config",
    "trufflehog excludes": "trufflehog-excludes",
    "detect-secrets": "detect-secrets-baseline",
}


@click.command(name="migrate", cls=Command)
@click.option("--dry-run", is_flag=True, help="Show what would be written, and write nothing.")
@click.option("--force", is_flag=True, help="Overwrite keyscan's own files without asking.")
@click.option("--no-history", is_flag=True, help="Try the new configuration on the files only, not on the history.")
@click.option("--gitleaks-config", multiple=True, metavar="FILE", help="A configuration other than .gitleaks.toml.")
@click.option("--gitleaks-baseline", multiple=True, metavar="FILE", help="A report used with its --baseline-path.")
@click.option("--trufflehog-config", multiple=True, metavar="FILE", help="A file with custom detectors.")
@click.option("--trufflehog-excludes", multiple=True, metavar="FILE", help="A file for its --exclude-paths.")
@click.option(
    "--detect-secrets-baseline",
    multiple=True,
    metavar="FILE",
    help="A baseline other than .secrets.baseline.",
)
@with_settings(only=CONFIGURATION | {"disable", "engine"}, new_baseline=True)
def command(*, dry_run: bool, force: bool, no_history: bool, settings: Settings, **files: tuple[str, ...]) -> int:
    """Read the files of other scanners, and write keyscan's own: .keyscan.toml, rules, a baseline.

    Supports gitleaks, betterleaks, trufflehog, detect-secrets, ggshield, secretlint and Talisman: their files in the
    default locations, and files that hooks and pipelines refer to. The new configuration is tested, so that findings
    that were allowed stay allowed. Settings that cannot be carried over are listed. The files of the other tools are
    not changed.
    """
    trial = _tried(settings, _named(files), history=not no_history)
    if trial is None:
        say(f"keyscan: nothing of another scanner found in {settings.root}")
        return ExitCode.CLEAN
    outputs = list(_outputs(settings, trial))
    # The files are written before anything is printed, so that a closed output loses nothing.
    written = [] if dry_run else _write(settings.root, outputs, settings.baseline, force=force)
    lines = (
        [line for name, text in outputs for line in (f"--- {name} (not written)", *map(_masked, text.splitlines()))]
        if dry_run
        else []
    )
    say(*lines, *_lines(trial), *written, *_closing(trial, dry_run=dry_run))
    return ExitCode.CLEAN


# Lines of a configuration in which users wrote secrets that they accepted.
_MAY_HOLD_SECRETS = re.compile(rf"(?:{'|'.join(HOLD_SECRETS)}|reason) = |#")
_QUOTED = re.compile(r"'[^']{12,}'")


def _masked(line: str) -> str:
    """A line of a configuration that is shown and not written, without what may be an accepted secret."""
    return masked_values(line) if _MAY_HOLD_SECRETS.match(line) else line


def _named(files: dict[str, tuple[str, ...]]) -> list[FurtherFile]:
    from keyscan.migrate.result import FurtherFile

    return [
        FurtherFile(kind, name, f"--{option}")
        for kind, option in _OPTIONS.items()
        for name in files[option.replace("-", "_")]
    ]


def _tried(settings: Settings, named: list[FurtherFile], *, history: bool) -> Trial | None:
    """The migration of other tools' files, tried out; None if there are none."""
    from keyscan.cli import progress
    from keyscan.cli.baseline_file import salted
    from keyscan.cli.migration import tried
    from keyscan.cli.repository_findings import all_findings
    from keyscan.migrate.counterparts import Counterparts
    from keyscan.migrate.discovery import read_all
    from keyscan.migrate.result import AcceptedFinding
    from keyscan.suppressions import baseline

    known = Counterparts(Scanner.of(replace(settings, rules=(), disable=())).rules)
    result = read_all(settings.root, known, named)
    if not result:
        return None
    if result.of(AcceptedFinding):
        settings = salted(settings, settings.salt or baseline.new_salt())
    with progress.step("trying the new configuration"):
        return tried(settings, result, known, lambda wanted: all_findings(wanted, history=history))


def _lines(trial: Trial) -> Iterator[str]:
    """The report: each step to take, each setting that is not supported, and the number of converted ones."""
    from keyscan.migrate.result import Note, NothingToDo, Unsupported

    for note in trial.result.of(Note):
        yield from note.text.split("\n")
    for item in trial.result.of(Unsupported):
        yield f"not carried over: {item.place}: {_QUOTED.sub(lambda quoted: masked_values(quoted[0]), item.why)}"
    counts = Counter(item.why for item in trial.result.of(NothingToDo))
    yield from (f"nothing to do for {count}: {why}" for why, count in counts.items())


def _closing(trial: Trial, *, dry_run: bool) -> Iterator[str]:
    """The summary, and what to do next."""
    from keyscan.migrate.result import AllowedFor, ExcludedPath, ImportedRule, Unsupported

    result = trial.result
    counts = (
        (len(result.of(AllowedFor)), "ignore"),
        (len(result.of(ImportedRule)), "rule"),
        (len(trial.entries), "accepted finding"),
        (len({item.pattern for item in result.of(ExcludedPath)}), "excluded path"),
    )
    text = ", ".join(plural(number, what) for number, what in counts)
    yield f"keyscan: {text} carried over; {len(result.of(Unsupported))} not"
    if trial.uncovered:
        secrets = plural(trial.uncovered, "secret")
        yield f"keyscan: {secrets} left that nothing allowed: see them with `keyscan scan` and `keyscan history`"
    elif not dry_run:
        yield "keyscan: a scan with the new configuration is clean; commit it"


def _outputs(settings: Settings, trial: Trial) -> Iterator[tuple[str, str]]:
    from keyscan.cli.migration import RULES_FILE
    from keyscan.migrate import writer
    from keyscan.migrate.result import AllowedFor, DisabledRule, ExcludedPath, ImportedRule
    from keyscan.suppressions import baseline

    result = trial.result
    if result.of(ImportedRule):
        yield RULES_FILE, writer.rules(result)
    if any(result.of(kind) for kind in (ImportedRule, AllowedFor, ExcludedPath, DisabledRule)):
        yield ".keyscan.toml", writer.configuration(result, RULES_FILE)
    if trial.entries:
        # An existing baseline is added to, never replaced.
        yield settings.baseline, baseline.dump(trial.settings.accepted.with_entries(trial.entries)).decode()


def _write(root: str, outputs: list[tuple[str, str]], added_to: str, *, force: bool) -> list[str]:
    """Write the files, all or none; yields a line on each. The text for `added_to` includes its old contents."""
    there = [name for name, _ in outputs if name != added_to and not force and Path(root, name).exists()]
    if there and not sys.stdin.isatty():
        raise UsageError(f"{there[0]}: there already; see what would be written with --dry-run, or give --force")
    kept = {name for name in there if not confirm(f"{name} is there already. Overwrite it?")}
    for name, text in outputs:
        if name not in kept:
            output.write_file(str(Path(root, name)), text)
    return [f"{name}: kept" if name in kept else f"wrote {name}" for name, _ in outputs]
