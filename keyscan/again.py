"""A second audit: what the record of the last one leaves to do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyscan.seen import Record, Records
from keyscan.sources import objects
from keyscan.sources.objects import Listed, Selection

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.model import Finding, Severity, Skip
    from keyscan.seen import Store
    from keyscan.sources.git import Git


@dataclass(frozen=True, slots=True)
class Remaining:
    """What is new since the record: revisions (None when nothing is), their commits; and what to look at again."""

    selection: Selection | None
    commits: tuple[bytes, ...]
    dirty: tuple[Listed, ...]
    known: tuple[bytes, ...]


def records_of(store: Store, repository: str, least: Severity) -> Records:
    """The records of one repository; those of another minimum severity traced other secrets."""
    return Records.of(f"{store.name}-{least.label}", repository)


def remaining(git: Git, tips: frozenset[bytes], record: Record, trouble: list[Skip]) -> Remaining | None:
    """What `record` leaves to do for the tips of now; None when it reached something that they no longer reach."""
    dirty = tuple(Listed(oid, b"") for oid in record.dirty)
    known = record.tips & tips
    new = sorted(tips - known)
    if not new:
        return Remaining(None, (), dirty, record.commits) if known == record.tips else None
    listed = tuple(objects.commits(git, _beyond(new, known), trouble))
    reached = known | record.tips.intersection(listed)
    if reached != record.tips:
        return None
    if reached != known:
        listed = tuple(objects.commits(git, _beyond(new, reached), trouble))
    return Remaining(_beyond(new, reached), listed, dirty, record.commits)


def _beyond(new: Sequence[bytes], known: frozenset[bytes]) -> Selection:
    return Selection((), (*new, *(b"^" + oid for oid in sorted(known))))


def record_of(tips: frozenset[bytes], found: Sequence[Finding], commits: Sequence[bytes], count: int) -> Record:
    """The record of a whole audit that found `found`, brought in by `commits`, and `count` objects without."""
    dirty = {(finding.origin.blob or finding.origin.commit or "").encode() for finding in found}
    return Record(tips, tuple(sorted(dirty - {b""})), tuple(commits), count)
