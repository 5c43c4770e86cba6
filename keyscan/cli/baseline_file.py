"""Reads and writes the baseline file of a repository, and makes its entries from findings."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan.api import Scanner
from keyscan.cli import output
from keyscan.cli.settings import writable
from keyscan.config.readers import file_in_tree
from keyscan.errors import UsageError
from keyscan.scan.name_redaction import redacted_names
from keyscan.suppressions import baseline
from keyscan.suppressions.baseline import Baseline, Entry

if TYPE_CHECKING:
    from keyscan.config.settings import Settings
    from keyscan.model.finding import Finding


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


def write(settings: Settings, new: Baseline) -> None:
    """Write the baseline, atomically; a symbolic link in its place stays, and what it leads to is replaced."""
    source = settings.config.values.get("baseline")
    if source and source.value == settings.baseline and not settings.trusted:
        writable(settings.baseline, settings.root, source.source, trusted=False)
    output.write_file(file_in_tree(settings.root, settings.baseline), baseline.dump(new).decode())


def new_entries(settings: Settings, findings: list[Finding], reason: str) -> list[Entry]:
    """An entry for each new finding that counts: the first place of each secret."""
    entries: dict[str, Entry] = {}
    findings = redacted_names(findings, Scanner.of(settings).matcher(0), settings.ignores.salts)
    # A secret that is in a file now is accepted there, not where the history has it too.
    for finding in sorted(findings, key=lambda finding: (bool(finding.origin.commit), finding.sort_key)):
        if finding.status == "new" and finding.severity >= settings.min_severity:
            entry = Entry(finding.fingerprint, place_of(settings, finding), " ".join(reason.split()))
            entries.setdefault(entry.fingerprint, entry)
    return list(entries.values())


def place_of(settings: Settings, finding: Finding) -> str:
    """The path of a finding, from the root, after its commit where the finding is in the history."""
    origin = finding.origin
    if origin.commit:
        return baseline.history_path(origin.commit, origin.path)
    return origin.path if origin.blob else settings.ignores.place(origin.path)
