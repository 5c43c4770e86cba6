"""A second audit: what the record of the last one leaves to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyscan.seen import Record, Records
from keyscan.sources import objects
from keyscan.sources.objects import Listed, Selection

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyscan.model import Finding, Severity, Skip
    from keyscan.seen import Store
    from keyscan.sources.git import Git
    from keyscan.written import Written


@dataclass(frozen=True, slots=True)
class Remaining:
    """What an audit after the last has to look at: `dirty` objects, and what the first `new` of `commits` wrote.

    The others of `commits`, all of which come youngest first, are those that brought in what is dirty.
    """

    commits: tuple[bytes, ...]
    new: int
    dirty: frozenset[bytes]

    def blobs(self, wrote: Written) -> Iterator[Listed]:
        """The blobs to scan, of those that `commits` wrote."""
        for number, item in enumerate(wrote.listed()):
            if wrote.age(number) < self.new or item.oid in self.dirty:
                yield item

    def others(self, wrote: Written) -> list[Listed]:
        """The dirty objects that no commit wrote: messages."""
        return [Listed(oid, b"") for oid in sorted(self.dirty) if oid not in wrote.blobs]


class Memory:
    """The record of the last audit of a whole repository, where there is one, and of this one."""

    def __init__(self, git: Git, store: Store, least: Severity) -> None:
        """`least`: records of another minimum severity traced other secrets, and do not count."""
        self._git, self._store, self._least = git, store, least

    def remaining(self, repository: str, tips: frozenset[bytes], trouble: list[Skip]) -> Remaining | None:
        """What is left to do for the tips of now; None where all of it is."""
        self._tips = tips
        self._records = Records.of(f"{self._store.name}-{self._least.label}", repository)
        record = self._records.load()
        new = _beyond(self._git, tips, record, trouble) if record else None
        if record is None or new is None:
            return None
        self._store.skipped += record.count
        known = set(new)
        older = (commit for commit in record.commits if commit not in known)
        return Remaining((*new, *older), len(new), frozenset(record.dirty))

    def keep(self, found: Sequence[Finding], commits: Sequence[bytes], wrote: Written, count: int) -> None:
        """Store that all is known of what the tips of now reach, of which `count` objects were looked at.

        A blob that no commit wrote, which a tag may name, has no path that a record could keep.
        """
        dirty = {(finding.origin.blob or finding.origin.commit or "").encode() for finding in found} - {b""}
        if not all(finding.origin.blob.encode() in wrote.blobs for finding in found if finding.origin.blob):
            return
        ages = {age for age, _, _ in wrote.places(dirty)}
        brought = tuple(commits[age] for age in sorted(ages))
        count = max(0, count + self._store.skipped - len(dirty))
        self._records.save(Record(self._tips, tuple(sorted(dirty)), brought, count))


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
