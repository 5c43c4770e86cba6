"""A second audit of a repository: what the record of the last one leaves to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keyscan.git import objects
from keyscan.git.objects import Listed, Selection
from keyscan.history.audit_record import AuditRecord, AuditRecords, finding_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyscan.git.command import Git
    from keyscan.history.appearances import Appearances
    from keyscan.history.clean_objects import CleanObjects
    from keyscan.model.finding import Finding
    from keyscan.scan.result import ScanOptions, ScanResult


@dataclass(frozen=True, slots=True)
class PendingWork:
    """What an audit after the last one has to read: objects with findings, and what the new commits wrote.

    `commits`, youngest first: the new ones, and those that introduced objects `with_findings`. `new` has the ages of
    the new ones: their numbers among `commits`. `duplicates`: blobs that need not be read again, for each the blob
    with findings that contains the same (see `duplicates_of`). `below_threshold`: see `AuditRecord`.
    """

    commits: tuple[bytes, ...]
    new: frozenset[int]
    with_findings: frozenset[bytes]
    duplicates: dict[bytes, bytes]
    below_threshold: frozenset[bytes]

    def blobs(self, written: Appearances, unread: dict[bytes, bytes]) -> Iterator[Listed]:
        """The blobs to scan, of those that `commits` have `written`."""
        read = self.with_findings.union(self.duplicates).difference(unread)
        for number, item in enumerate(written.listed()):
            if written.age(number) in self.new or item.oid in read:
                yield item

    def others(self, written: Appearances) -> list[Listed]:
        """The objects with findings that no commit wrote: messages."""
        return [Listed(oid, b"") for oid in sorted(self.with_findings) if oid not in written.blobs]

    def messages(self) -> list[Listed]:
        """The new commits."""
        return [Listed(commit, b"") for age, commit in enumerate(self.commits) if age in self.new]

    def unread(self, written: Appearances) -> dict[bytes, bytes]:
        """Those of `duplicates` that none of the new commits wrote."""
        read = {blob for age, blob, _ in written.locations(self.duplicates) if age in self.new}
        return {oid: other for oid, other in self.duplicates.items() if oid not in read}


class IncrementalAudit:
    """The record of the last complete audit of a repository, where there is one, and of this one."""

    def __init__(
        self, git: Git, store: CleanObjects, options: ScanOptions, tips: frozenset[bytes], repository: str
    ) -> None:
        """`tips`: what the audit starts from; `repository`: the repository's directory."""
        self._git, self._store, self._tips = git, store, tips
        # Records of another minimum severity traced other secrets; with other markers other blobs are duplicates, and
        # with another salt fingerprints are different.
        ignores = options.ignores
        markers = f"{ignores.inline}-{ignores.require_reasons:d}" if ignores else "none"
        name = f"{store.name}-{options.min_severity.label}-{markers}-{finding_key(options.salt).decode()}"
        self._records = AuditRecords.of(name, repository)
        self._known_before = store.known_count

    def pending(self, *, use_duplicates: bool) -> PendingWork | None:
        """What is left to do for the tips of now; None where everything is.

        `use_duplicates`: blobs with the same findings need not be read again.
        """
        record = self._records.load()
        new = _beyond(self._git, self._tips, record) if record else None
        if record is None or new is None:
            return None
        added = set(new)
        commits = [*new, *(commit for commit in record.commits if commit not in added)]
        if new and len(commits) > len(new):
            ordered = self._ordered(frozenset(commits))
            if ordered is None:
                return None
            commits = ordered
        duplicates = record.duplicates if use_duplicates else {}
        self._known_before = self._store.known_count
        self._store.known_count += record.count
        with_findings = frozenset(record.with_findings).difference(duplicates)
        ages = frozenset(age for age, commit in enumerate(commits) if commit in added)
        return PendingWork(tuple(commits), ages, with_findings, duplicates, record.below_threshold)

    def _ordered(self, commits: frozenset[bytes]) -> list[bytes] | None:
        """These commits in the order of all: new ones may be older than known ones. None when git misses some."""
        listed = objects.commits(self._git, Selection((), tuple(sorted(self._tips))))
        return None if listed.skips else [commit for commit in listed.ids if commit in commits]

    def falls_short(self, pending: PendingWork, findings: Iterable[Finding], written: Appearances) -> bool:
        """Whether older commits than the pending ones may have introduced something that was `findings`.

        A generic secret counts by its path: a new commit may have put an old blob, which was nothing there, at another.
        """
        blobs = {finding.origin.blob.encode() for finding in findings if finding.origin.blob}
        known = blobs.difference(pending.with_findings, pending.duplicates)
        return any(
            self._store.was_below_threshold(blob)
            for blob in known.intersection(written.blobs)
            if written.age(written.blobs[blob]) in pending.new
        )

    def restart(self) -> None:
        """Count nothing as read before, since everything is read once more."""
        self._store.known_count = self._known_before

    def save(self, record: AuditRecord) -> None:
        """Store the record of this audit in place of the last one."""
        self._records.save(replace(record, tips=self._tips))

    def clean_count(self, result: ScanResult, with_findings: int) -> int:
        """How many objects contain nothing, in all, when so many contain something."""
        return max(0, result.blobs + result.commits + self._store.known_count - with_findings)


def record_of(
    findings: Sequence[Finding], partly_read: frozenset[bytes], commits: Sequence[bytes], written: Appearances
) -> AuditRecord | None:
    """The record of an audit that `findings` what is to be reported; its tips and counts are the caller's to add.

    None when a blob has findings that no commit wrote (a tag may name it): it has no path that a record could keep.
    """
    if not all(finding.origin.blob.encode() in written.blobs for finding in findings if finding.origin.blob):
        return None
    held = {(finding.origin.blob or finding.origin.commit or "").encode() for finding in findings} - {b""}
    with_findings = held | partly_read
    locations = list(written.locations(with_findings))
    ages = {age for age, _, _ in locations}
    introducing = tuple(commit for age, commit in enumerate(commits) if age in ages or commit in with_findings)
    duplicates = duplicates_of(findings, locations)
    for oid in partly_read:
        duplicates.pop(oid, None)
    return AuditRecord(with_findings=tuple(sorted(with_findings)), commits=introducing, duplicates=duplicates)


def duplicates_of(findings: Sequence[Finding], locations: Iterable[tuple[int, bytes, bytes]]) -> dict[bytes, bytes]:
    """Blobs that add only a count to a report, each with one that contains the same secrets and is read instead.

    At each path the oldest blob with a secret is reported; those are read too. `locations`: (age, blob, path) of all.
    """
    keys: dict[bytes, set[tuple[object, ...]]] = {}
    for finding in findings:
        if finding.origin.blob:
            keys.setdefault(finding.origin.blob.encode(), set()).add(_finding_key(finding))
    held = {oid: frozenset(all_of) for oid, all_of in keys.items()}
    reported: dict[bytes, frozenset[tuple[object, ...]]] = {}
    seen: set[tuple[object, ...]] = set()
    for _, oid, path in sorted(locations, key=lambda location: (-location[0], location[2])):
        new = {(key, path) for key in held.get(oid, ())} - seen
        if new:
            seen |= new
            reported[oid] = held[oid]
    read = {all_of: oid for oid, all_of in reported.items()}
    others = ((oid, read.setdefault(all_of, oid)) for oid, all_of in held.items() if oid not in reported)
    return {oid: other for oid, other in others if oid != other}


def copied(findings: Iterable[Finding], unread: dict[bytes, bytes]) -> list[Finding]:
    """The findings in `unread` blobs: those `findings` in the blobs that they duplicate."""
    held: dict[bytes, dict[tuple[object, ...], Finding]] = {}
    for finding in findings:
        if finding.origin.blob:
            held.setdefault(finding.origin.blob.encode(), {}).setdefault(_finding_key(finding), finding)
    return [
        replace(finding, origin=replace(finding.origin, blob=oid.decode()))
        for oid, other in unread.items()
        for finding in held.get(other, {}).values()
    ]


def _finding_key(finding: Finding) -> tuple[object, ...]:
    """What tells findings of one secret apart."""
    return finding.fingerprint, finding.status, finding.severity


def _beyond(git: Git, tips: frozenset[bytes], record: AuditRecord) -> tuple[bytes, ...] | None:
    """The commits beyond the record's tips; None when git misses some, or the tips of now do not reach all of those."""
    known = record.tips & tips
    new = sorted(tips - known)
    if not new:
        return () if known == record.tips else None
    listed = objects.commits(git, _selection(new, known))
    reached = known | record.tips.intersection(listed.ids)
    if listed.skips or reached != record.tips:
        return None
    if reached == known:
        return tuple(listed.ids)
    beyond = objects.commits(git, _selection(new, reached))
    return None if beyond.skips else tuple(beyond.ids)


def _selection(new: Sequence[bytes], known: frozenset[bytes]) -> Selection:
    return Selection((), (*new, *(b"^" + oid for oid in sorted(known))))
