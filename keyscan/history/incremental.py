"""A second audit: what the record of the last one leaves to do."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from keyscan.git import objects
from keyscan.git.objects import Listed, Selection
from keyscan.history import clean_objects as seen
from keyscan.history.clean_objects import Record, Records

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyscan.git.command import Git
    from keyscan.history.appearances import Written
    from keyscan.history.clean_objects import Store
    from keyscan.model.blob import Skip
    from keyscan.model.finding import Finding
    from keyscan.scan.scanner import Options, Tally


@dataclass(frozen=True, slots=True)
class Remaining:
    """What an audit after the last has to look at: `dirty` objects, and what those of `commits` wrote that are new.

    The others of `commits`, all of which come youngest first, are those that brought in what is dirty. `new` has the
    ages of the new ones: their numbers among `commits`. `alike`: blobs that need not be read again, for each the dirty
    one that holds the same (see `alike`). `minor`: see `Record`.
    """

    commits: tuple[bytes, ...]
    new: frozenset[int]
    dirty: frozenset[bytes]
    alike: dict[bytes, bytes]
    minor: frozenset[bytes]

    def blobs(self, wrote: Written, unread: dict[bytes, bytes]) -> Iterator[Listed]:
        """The blobs to scan, of those that `commits` wrote."""
        read = self.dirty.union(self.alike).difference(unread)
        for number, item in enumerate(wrote.listed()):
            if wrote.age(number) in self.new or item.oid in read:
                yield item

    def others(self, wrote: Written) -> list[Listed]:
        """The dirty objects that no commit wrote: messages."""
        return [Listed(oid, b"") for oid in sorted(self.dirty) if oid not in wrote.blobs]

    def unread(self, wrote: Written) -> dict[bytes, bytes]:
        """Those of `alike` that none of the new commits wrote."""
        read = {blob for age, blob, _ in wrote.places(self.alike) if age in self.new}
        return {oid: other for oid, other in self.alike.items() if oid not in read}


class Memory:
    """The record of the last audit of a whole repository, where there is one, and of this one."""

    def __init__(self, git: Git, store: Store, options: Options, *, pathless: bool) -> None:
        """`pathless`: no ignore asks for paths, so blobs may hold the same wherever they stand."""
        self._git, self._store, self._pathless = git, store, pathless
        # Records of another minimum severity traced other secrets; under other markers other blobs are alike, and with
        # another salt fingerprints are others.
        ignores = options.ignores
        markers = f"{ignores.inline}-{ignores.require_reasons:d}" if ignores else "none"
        self._name = f"{store.name}-{options.min_severity.label}-{markers}-{seen.minor(options.salt).decode()}"

    def remaining(
        self, repository: str, tips: frozenset[bytes], trouble: list[Skip], *, every: bool
    ) -> Remaining | None:
        """What is left to do for the tips of now; None where all of it is. `every`: each occurrence is to be told."""
        self._tips = tips
        self._records = Records.of(self._name, repository)
        record = self._records.load()
        new = _beyond(self._git, tips, record, trouble) if record else None
        if record is None or new is None:
            return None
        added = set(new)
        commits = [*new, *(commit for commit in record.commits if commit not in added)]
        if new and len(commits) > len(new):
            commits = self._ordered(tips, frozenset(commits), trouble)
        same = record.alike if self._pathless and not every else {}
        self._skipped = self._store.skipped
        self._store.skipped += record.count
        dirty = frozenset(record.dirty).difference(same)
        ages = frozenset(age for age, commit in enumerate(commits) if commit in added)
        return Remaining(tuple(commits), ages, dirty, same, record.minor)

    def _ordered(self, tips: frozenset[bytes], commits: frozenset[bytes], trouble: list[Skip]) -> list[bytes]:
        """These commits in the order that all have: new ones may be older than what was known."""
        listed = objects.commits(self._git, Selection((), tuple(sorted(tips))), trouble)
        return [commit for commit in listed if commit in commits]

    def falls_short(self, left: Remaining, found: Iterable[Finding], wrote: Written) -> bool:
        """Whether older commits than those of `left`, which `wrote`, may have brought in something that was `found`.

        A generic secret counts by its path: a new commit may have put an old blob, where it was nothing, at another.
        """
        blobs = {one.origin.blob.encode() for one in found if one.origin.blob}
        return any(
            self._store.passed(blob)
            for blob in blobs.difference(left.dirty, left.alike).intersection(wrote.blobs)
            if wrote.age(wrote.blobs[blob]) in left.new
        )

    def forget(self) -> None:
        """Count nothing as read before: all is done once more."""
        self._store.skipped = self._skipped

    def keep(
        self,
        found: Sequence[Finding],
        minor: frozenset[bytes],
        commits: Sequence[bytes],
        wrote: Written,
        tally: Tally,
    ) -> None:
        """Store that all is known of what the tips of now reach, as `tally` tells.

        `found` is what is reported, `minor` what is only counted (see `Record`). A blob that no commit wrote, which a
        tag may name, has no path that a record could keep.
        """
        held = {(finding.origin.blob or finding.origin.commit or "").encode() for finding in found} - {b""}
        dirty = held | tally.partly
        if not all(finding.origin.blob.encode() in wrote.blobs for finding in found if finding.origin.blob):
            return
        places = list(wrote.places(dirty))
        ages = {age for age, _, _ in places}
        brought = tuple(commit for age, commit in enumerate(commits) if age in ages or commit in dirty)
        count = max(0, tally.blobs + tally.commits + self._store.skipped - len(dirty))
        same = alike(found, places) if self._pathless else {}
        for oid in tally.partly:
            same.pop(oid, None)
        self._records.save(Record(self._tips, tuple(sorted(dirty)), brought, count, same, minor))


def alike(found: Sequence[Finding], places: Iterable[tuple[int, bytes, bytes]]) -> dict[bytes, bytes]:
    """Blobs that add no more than a number to a report, each with one that holds the same secrets; that one is read.

    At each path the oldest blob with a secret is told of; those are read too. `places`: (age, blob, path) of all.
    """
    marks: dict[bytes, set[tuple[object, ...]]] = {}
    for finding in found:
        if finding.origin.blob:
            marks.setdefault(finding.origin.blob.encode(), set()).add(_mark(finding))
    held = {oid: frozenset(all_of) for oid, all_of in marks.items()}
    told: dict[bytes, frozenset[tuple[object, ...]]] = {}
    met: set[tuple[object, ...]] = set()
    for _, oid, path in sorted(places, key=lambda place: (-place[0], place[2])):
        new = {(mark, path) for mark in held.get(oid, ())} - met
        if new:
            met |= new
            told[oid] = held[oid]
    read = {all_of: oid for oid, all_of in told.items()}
    others = ((oid, read.setdefault(all_of, oid)) for oid, all_of in held.items() if oid not in told)
    return {oid: other for oid, other in others if oid != other}


def copied(found: Iterable[Finding], unread: dict[bytes, bytes]) -> list[Finding]:
    """What `unread` blobs hold: what was `found` in the others that they are alike."""
    held: dict[bytes, dict[tuple[object, ...], Finding]] = {}
    for finding in found:
        if finding.origin.blob:
            held.setdefault(finding.origin.blob.encode(), {}).setdefault(_mark(finding), finding)
    return [
        replace(finding, origin=replace(finding.origin, blob=oid.decode()))
        for oid, other in unread.items()
        for finding in held.get(other, {}).values()
    ]


def _mark(finding: Finding) -> tuple[object, ...]:
    """What of a finding makes the same secret another matter."""
    return finding.fingerprint, finding.status, finding.severity


def _beyond(git: Git, tips: frozenset[bytes], record: Record, trouble: list[Skip]) -> tuple[bytes, ...] | None:
    """The commits beyond the record's tips; None when it reached something that the tips of now no longer reach."""
    known = record.tips & tips
    new = sorted(tips - known)
    if not new:
        return () if known == record.tips else None
    listed = tuple(objects.commits(git, _selection(new, known), trouble))
    reached = known | record.tips.intersection(listed)
    if reached != record.tips:
        return None
    return listed if reached == known else tuple(objects.commits(git, _selection(new, reached), trouble))


def _selection(new: Sequence[bytes], known: frozenset[bytes]) -> Selection:
    return Selection((), (*new, *(b"^" + oid for oid in sorted(known))))
