"""Looks up the findings that other tools' files accept, and tries a migration out by a scan."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections import Counter
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan.api import Scanner
from keyscan.migrate import writer
from keyscan.migrate.result import (
    AcceptedFinding,
    AllowedFor,
    DisabledRule,
    ExcludedPath,
    ImportedRule,
    MigrationResult,
    NothingToDo,
    Unsupported,
)
from keyscan.sources.files import Target
from keyscan.support import storage
from keyscan.suppressions import baseline

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from keyscan.config.settings import Settings
    from keyscan.migrate.counterparts import Counterparts
    from keyscan.migrate.result import Item
    from keyscan.model.finding import Finding
    from keyscan.suppressions.baseline import Entry
    from keyscan.suppressions.ignore import Ignore

    Scan = Callable[[Settings], list[Finding]]

RULES_FILE = "keyscan-rules.toml"
_NOTHING_THERE = "accepted findings where keyscan finds nothing"
_CHANGED = "accepted findings of files that are gone"


@dataclass(frozen=True)
class Trial:
    """A migration tried out: what was read, entries of the baseline, and how many findings nothing covers.

    `settings` are those of the new configuration.
    """

    settings: Settings
    result: MigrationResult
    entries: tuple[Entry, ...]
    uncovered: int = 0


def accepted(settings: Settings, result: MigrationResult, scan: Scan) -> tuple[list[Entry], list[Item]]:
    """Entries for what was accepted in other tools, each found again by its place or digest, and what was not found.

    `settings` have the new rules and a salt; `scan` finds what is in the files and the history.
    """
    wanted = result.of(AcceptedFinding)
    entries: dict[str, Entry] = {}
    missing: list[Item] = []
    texts = _Texts(settings, [one for one in wanted if one.path])
    everywhere: list[Finding] | None = None
    unknown: Counter[str] = Counter()
    for one in wanted:
        if one.path and texts.is_missing(one):
            unknown[one.place.rpartition(":")[0]] += 1
            continue
        if one.path:
            findings = _those(texts.findings(one), one)
        else:
            if everywhere is None:
                everywhere = scan(replace(settings, show_secrets=True))
            findings = _those([finding for finding in everywhere if _introduced(finding, one.commit)], one)
        for finding in findings:
            entries.setdefault(finding.fingerprint, _entry(settings, finding, one))
        if not findings:
            missing.append(
                NothingToDo(one.place, _NOTHING_THERE if one.path else "ignored secrets that keyscan does not find")
            )
    for file, count in unknown.items():
        why = f"{count} name commits that are not in this clone: run git fetch --unshallow, and migrate again"
        missing.append(Unsupported(file, why))
    return list(entries.values()), missing


def _introduced(finding: Finding, commit: str) -> bool:
    return not commit or (finding.origin.commit or "").startswith(commit)


def _entry(settings: Settings, finding: Finding, wanted: AcceptedFinding) -> Entry:
    path = finding.origin.path if finding.origin.commit else settings.ignores.place(finding.origin.path)
    commit = finding.origin.commit or wanted.commit
    path = baseline.history_path(commit, path) if commit else path
    return baseline.Entry(finding.fingerprint, path, " ".join(wanted.reason.split()))


def _those(findings: Iterable[Finding], wanted: AcceptedFinding) -> list[Finding]:
    """The findings that an accepted one means: by its digest, else by its line, else all."""
    candidates = list(findings)
    if wanted.digests:
        same = [finding for finding in candidates if not _digests(finding).isdisjoint(wanted.digests)]
        if same or not wanted.line:
            return same
    if wanted.line:
        return [finding for finding in candidates if finding.location.line <= wanted.line <= finding.location.end_line]
    return candidates


def _digests(finding: Finding) -> set[str]:
    secret = (finding.secret or "").encode("utf-8", "surrogatepass")
    return {hashlib.sha1(secret, usedforsecurity=False).hexdigest(), hashlib.sha256(secret).hexdigest()}


class _Texts:
    """The findings, with their secrets, in the files and the blobs that accepted findings name."""

    def __init__(self, settings: Settings, wanted: list[AcceptedFinding]) -> None:
        from keyscan.model.rule import Severity

        options = replace(settings, show_secrets=True, min_severity=Severity.INFO)
        self._root, self._scanner = settings.root, Scanner.of(options)
        self._blobs = dict(self._read_blobs({(one.commit, one.path) for one in wanted if one.commit}))
        self._by_place: dict[tuple[str, str], list[Finding]] = {}

    def _read_blobs(self, names: set[tuple[str, str]]) -> Iterator[tuple[tuple[str, str], bytes | None]]:
        """The blob of each commit and path; None: the commit is not there."""
        from keyscan.git.command import Git

        keys = sorted(name for name in names if "\n" not in name[1])
        git = Git(self._root)
        commits = sorted({commit for commit, _ in keys})
        there = {
            commit
            for commit, answer in zip(commits, git.objects([commit.encode() for commit in commits]), strict=True)
            if answer is not None
        }
        blobs = git.objects([f"{commit}:{path}".encode("utf-8", "surrogateescape") for commit, path in keys])
        for key, answer in zip(keys, blobs, strict=True):
            yield key, answer[1] if answer and answer[0] == b"blob" else b"" if key[0] in there else None

    def is_missing(self, wanted: AcceptedFinding) -> bool:
        """Whether it names a commit that is not there."""
        return bool(wanted.commit) and self._blobs.get((wanted.commit, wanted.path)) is None

    def findings(self, wanted: AcceptedFinding) -> list[Finding]:
        """The findings in the file or the blob."""
        key = (wanted.commit, wanted.path)
        if key not in self._by_place:
            self._by_place[key] = [
                finding for path in self._paths(wanted) for finding in self._scan(wanted.commit, path)
            ]
        return self._by_place[key]

    def _paths(self, wanted: AcceptedFinding) -> list[str]:
        """The path itself, or for a pattern the files that it matches."""
        if wanted.commit or not set("*?[") & set(wanted.path) or os.path.lexists(os.path.join(self._root, wanted.path)):  # noqa: PTH118
            return [wanted.path]
        from keyscan.support.globs import Globs

        pattern = Globs((wanted.path,))
        files = [target.file for target in self._scanner.targets([self._root]) if isinstance(target, Target)]
        names = [os.path.relpath(file, self._root).replace(os.sep, "/") for file in files]
        return [name for name in names if pattern.match(name)]

    def _scan(self, commit: str, path: str) -> Iterator[Finding]:
        from keyscan.model.blob import Blob, Origin

        if commit:
            data = self._blobs.get((commit, path)) or b""
        else:
            place = os.path.realpath(os.path.join(self._root, path))  # noqa: PTH118
            inside = place.startswith(os.path.realpath(self._root) + os.sep)
            data = Path(place).read_bytes() if inside and os.path.isfile(place) else b""  # noqa: PTH113
        if data:
            yield from self._scanner.scan_blobs([Blob(data, Origin(path, named=True))]).findings


def tried(settings: Settings, result: MigrationResult, known: Counterparts, scan: Scan) -> Trial:
    """The migration tried on the files and the history, so that what was allowed stays allowed under our rules.

    `settings` have a salt where findings are to be accepted. Ignores are widened by the rules of ours that report what
    they allow under another name, and those that cover nothing now are marked, so that no scan calls them unused.
    """
    with tempfile.TemporaryDirectory(prefix="keyscan-migrate-") as directory, _nothing_stored():
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


@contextmanager
def _nothing_stored() -> Iterator[None]:
    """Store nothing of other tools' rules, in which secrets may be written; in no started process either."""
    os.environ[storage.NOTHING_STORED] = "1"
    try:
        yield
    finally:
        del os.environ[storage.NOTHING_STORED]


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
