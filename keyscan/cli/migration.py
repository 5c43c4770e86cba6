"""Tries a migration out by a scan, so that what other tools allowed stays allowed."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan.api import Scanner
from keyscan.cli import output
from keyscan.cli.migration_findings import accepted
from keyscan.migrate import writer
from keyscan.migrate.result import (
    AllowedFor,
    DisabledRule,
    ExcludedPath,
    ImportedRule,
    MigrationResult,
)

if TYPE_CHECKING:
    from keyscan.cli.migration_findings import Scan
    from keyscan.config.settings import Settings
    from keyscan.migrate.counterparts import Counterparts
    from keyscan.model.finding import Finding
    from keyscan.suppressions.baseline import Entry
    from keyscan.suppressions.ignore import Ignore


RULES_FILE = "keyscan-rules.toml"


@dataclass(frozen=True)
class Trial:
    """A migration tried out: what was read, entries of the baseline, and how many findings nothing covers.

    `settings` are those of the new configuration.
    """

    settings: Settings
    result: MigrationResult
    entries: tuple[Entry, ...]
    uncovered: int = 0


def tried(settings: Settings, result: MigrationResult, known: Counterparts, scan: Scan) -> Trial:
    """The migration tried on the files and the history, so that what was allowed stays allowed under our rules.

    `settings` have a salt where findings are to be accepted. Ignores are widened by the rules of ours that report what
    they allow under another name, and those that cover nothing now are marked, so that no scan calls them unused.
    """
    with tempfile.TemporaryDirectory(prefix="keyscan-migrate-") as directory, output.nothing_stored():
        rules_file = Path(directory, RULES_FILE)
        rules_file.write_text(writer.rules(result), encoding="utf-8")
        settings = _settings(settings, result, str(rules_file))
        entries, missing = accepted(settings, result, scan)
        known_now = settings.accepted.with_entries(entries)
        policy = replace(settings.ignores, known=known_now.reasons(), in_history=known_now.in_history())
        settings = replace(settings, ignores=policy)
        allowed = result.of(AllowedFor)
        findings = _counted(scan(settings), settings)
        new = [finding for finding in findings if finding.status == "new"]
        if new and any(one.ignore.rules for one in allowed):
            allowed, widened = _Widening(settings, known, scan).widened(allowed, new)
            new = [finding for finding in new if _key(finding) not in widened]
        else:
            widened = set()
        used = {finding.status_reason for finding in findings if finding.status == "ignored"}
        allowed = [
            one._replace(ignore=replace(one.ignore, allow_unused=_numbered(number, one.ignore).label not in used))
            if one == before
            else one
            for number, (one, before) in enumerate(zip(allowed, result.of(AllowedFor), strict=True))
        ]
        result = MigrationResult((*result.without(AllowedFor).items, *allowed, *missing))
        return Trial(settings, result, tuple(entries), len({finding.fingerprint for finding in new}))


def _settings(settings: Settings, result: MigrationResult, rules_file: str) -> Settings:
    """`settings` with the values of the new files in place of the current configuration's."""
    exclude = tuple(dict.fromkeys(item.pattern for item in result.of(ExcludedPath)))
    entries = tuple(_numbered(number, one.ignore) for number, one in enumerate(result.of(AllowedFor)))
    return replace(
        settings,
        rules=(rules_file,) if result.of(ImportedRule) else (),
        disable=tuple(dict.fromkeys(item.id for item in result.of(DisabledRule))),
        exclude=exclude,
        ignores=replace(settings.ignores, entries=entries, exclude=exclude),
    )


def _numbered(number: int, ignore: Ignore) -> Ignore:
    """An ignore under a name of its own: one allowlist gives several of the same place."""
    return replace(ignore, place=f"{ignore.place}#{number}")


def _counted(findings: list[Finding], settings: Settings) -> list[Finding]:
    return [
        finding
        for finding in findings
        if finding.severity >= settings.min_severity and finding.precision >= settings.min_precision
    ]


def _key(finding: Finding) -> tuple[str, str, int]:
    return finding.origin.path, finding.origin.blob or finding.origin.commit or "", finding.location.line


class _Widening:
    """Which findings an ignore allows but for the names of its rules, and whether it means them."""

    def __init__(self, settings: Settings, known: Counterparts, scan: Scan) -> None:
        self._settings, self._known, self._scan = settings, known, scan
        # Rules that go by what stands before a secret: a tool without them reports the same as a generic secret.
        self._unprefixed = {rule.id for rule in Scanner.of(settings).rules if not rule.prefix}

    def widened(
        self, allowed: list[AllowedFor], new: list[Finding]
    ) -> tuple[list[AllowedFor], set[tuple[str, str, int]]]:
        """The ignores with the rules that they lack, and the places of the findings that they cover then."""
        loose = [
            _numbered(number, replace(one.ignore, rules=(), providers=()))
            for number, one in enumerate(allowed)
            if one.ignore.rules
        ]
        numbers = {ignore.label: int(ignore.place.rpartition("#")[2]) for ignore in loose}
        policy = replace(self._settings.ignores, entries=tuple(loose), known={})
        places = {_key(finding): finding.rule_id for finding in new}
        own = self._own_findings()
        covered: set[tuple[str, str, int]] = set()
        more: dict[int, list[str]] = {}
        for finding in self._scan(replace(self._settings, ignores=policy)):
            number = numbers.get(finding.status_reason)
            if finding.status != "ignored" or number is None or _key(finding) not in places:
                continue
            one = allowed[number]
            generic = self._known.is_generic(one.rule) and finding.rule_id in self._unprefixed
            if generic or own.get(_key(finding), set()) & set(one.ignore.rules):
                more.setdefault(number, []).append(finding.rule_id)
                covered.add(_key(finding))
        widened = [
            one._replace(ignore=replace(one.ignore, rules=tuple(dict.fromkeys((*one.ignore.rules, *more[number])))))
            if number in more
            else one
            for number, one in enumerate(allowed)
        ]
        return widened, covered

    def _own_findings(self) -> dict[tuple[str, str, int], set[str]]:
        """The ids, by place, of the team's own rules that match there."""
        if not self._settings.rules:
            return {}
        settings = replace(
            self._settings,
            builtin_rules=False,
            disable=(),
            ignores=replace(self._settings.ignores, entries=(), known={}),
        )
        fingerprints: dict[tuple[str, str, int], set[str]] = {}
        for finding in self._scan(settings):
            fingerprints.setdefault(_key(finding), set()).update({finding.rule_id, f"{finding.rule_id}-custom"})
        return fingerprints
