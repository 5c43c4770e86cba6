"""Where each secret of a history came from: findings in blobs -> one finding a secret, with its provenance."""

from __future__ import annotations

import sys
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, NamedTuple

from keyscan.errors import GitError
from keyscan.git import added_lines as added
from keyscan.git import commits as introduced
from keyscan.git import objects
from keyscan.model.blob import Origin, Skip
from keyscan.model.finding import Finding, Provenance, Related
from keyscan.scan.scanner import is_added
from keyscan.support import process_pool as parallel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from keyscan.git.command import Git
    from keyscan.git.commits import Commit, Introduced
    from keyscan.git.objects import Listed
    from keyscan.history.appearances import Written

# Places besides the first that a finding names.
_RELATED = 20
# Ref names that a finding lists.
_BRANCHES = 20
# Questions (ref, path) that are put to git to learn which refs still hold a secret: branches, and then the others.
_LOOKUPS = 2_000
_LATER = 500


@dataclass(frozen=True, slots=True)
class Wishes:
    """How provenance is told. `ranged`: only what the given commits add counts."""

    all_occurrences: bool = False
    email: bool = True
    rotation_days: int = 90
    ranged: bool = False
    jobs: int = 0


class Spot(NamedTuple):
    """A place in history where a secret came in; the larger `age`, the older."""

    age: int
    commit: bytes
    path: bytes
    finding: Finding
    parents: tuple[bytes, ...] = ()


@dataclass(slots=True)
class _Tips:
    """What stands at the tips: blobs of HEAD, and for other refs their names by blob."""

    head: set[bytes] = field(default_factory=set)
    refs: dict[bytes, list[str]] = field(default_factory=dict)


def trace(
    git: Git,
    findings: Sequence[Finding],
    commits: Sequence[bytes],
    wishes: Wishes,
    trouble: list[Skip],
    by_path: Callable[[Sequence[Listed]], list[Finding]] | None = None,
    wrote: Written | None = None,
) -> list[Finding]:
    """One finding a secret, at the oldest of `commits` (which come youngest first) that brought it in.

    Findings that no commit brought in (objects that nothing reaches, tags of a blob, names of refs) stay as they
    are. `by_path` scans blobs again, for ignores that ask for the path: until here a blob has but one of its paths.
    `wrote`: what all of the commits wrote, where that is known.
    """
    spots, rest = _spots(git, findings, commits, wishes, trouble, wrote)
    if wishes.ranged:
        spots = _only_added(git, spots)
    if by_path is not None:
        spots = _at_their_paths(spots, by_path)
    secrets: dict[str, list[Spot]] = {}
    for spot in sorted(spots, key=_place):
        secrets.setdefault(spot.finding.fingerprint, []).append(spot)
    for found in secrets.values():
        # A secret that is ignored at one place only is new, and reported where it is.
        found.sort(key=lambda spot: spot.finding.status != "new")
    shown = {spot.commit for found in secrets.values() for spot in (found if wishes.all_occurrences else found[:1])}
    told = introduced.details(git, sorted(shown))
    tips = _tips(git, spots)
    made = [_finding(found, told, tips, wishes) for found in secrets.values()]
    others = {finding.fingerprint: finding for finding in reversed(rest) if finding.fingerprint not in secrets}
    return [finding for group in made for finding in group] + list(others.values())


def _place(spot: Spot) -> tuple[int, bytes, int, int]:
    where = spot.finding.location
    return (-spot.age, spot.path, where.line, where.column)


def _spots(
    git: Git,
    findings: Sequence[Finding],
    commits: Sequence[bytes],
    wishes: Wishes,
    trouble: list[Skip],
    wrote: Written | None,
) -> tuple[list[Spot], list[Finding]]:
    """The places of all findings that a commit brought in, and the findings that none did."""
    by_blob: dict[bytes, list[Finding]] = {}
    by_commit: dict[bytes, list[Finding]] = {}
    for finding in findings:
        if finding.origin.blob:
            by_blob.setdefault(finding.origin.blob.encode(), []).append(finding)
        elif finding.origin.kind == "commit-message":
            by_commit.setdefault((finding.origin.commit or "").encode(), []).append(finding)
    spots = []
    if by_commit:
        for age, commit in enumerate(commits):
            spots += [Spot(age, commit, b"", finding) for finding in by_commit.get(commit, ())]
    if by_blob and wrote is not None:
        for age, blob, path in wrote.places(by_blob):
            spots += [Spot(age, commits[age], path, finding) for finding in by_blob[blob]]
    elif by_blob:
        tasks = [(at, commits[at : at + introduced.BATCH]) for at in range(0, len(commits), introduced.BATCH)]
        for found, skipped in parallel.stream(_Tracer(git, frozenset(by_blob)), tasks, wishes.jobs):
            trouble += skipped
            spots += [
                Spot(age, item.commit, item.path, finding, item.parents)
                for age, item in found
                for finding in by_blob[item.blob]
            ]
    placed = {id(spot.finding) for spot in spots}
    return spots, [finding for finding in findings if id(finding) not in placed]


class _Tracer:
    """Looks for what a batch of commits wrote; what a worker process runs."""

    def __init__(self, git: Git, wanted: frozenset[bytes]) -> None:
        self._git, self._wanted = git, wanted

    def __call__(self, task: tuple[int, Sequence[bytes]]) -> tuple[list[tuple[int, Introduced]], list[Skip]]:
        start, commits = task
        trouble: list[Skip] = []
        found = list(introduced.introduced(self._git, commits, self._wanted, trouble))
        ages = {commit: start + number for number, commit in enumerate(commits)} if found else {}
        return [(ages[item.commit], item) for item in found], trouble


def _at_their_paths(spots: Sequence[Spot], by_path: Callable[[Sequence[Listed]], list[Finding]]) -> list[Spot]:
    """`spots` with findings that know the spot's own path."""
    elsewhere = [spot for spot in spots if spot.finding.origin.blob and _text(spot.path) != spot.finding.origin.file]
    asked = sorted({objects.Listed((spot.finding.origin.blob or "").encode(), spot.path) for spot in elsewhere})
    told = {(f.origin.blob, f.origin.path, f.fingerprint, f.location): f for f in by_path(asked)} if asked else {}

    def known(spot: Spot) -> Finding:
        finding = spot.finding
        path = _text(spot.path) + finding.origin.member
        return told.get((finding.origin.blob, path, finding.fingerprint, finding.location), finding)

    return [spot._replace(finding=known(spot)) for spot in spots]


def _only_added(git: Git, spots: Iterable[Spot]) -> list[Spot]:
    """The spots whose lines their commit added, against every parent."""
    known: dict[tuple[str, ...], list[range]] = {}

    def ranges(parent: bytes, blob: str) -> list[range]:
        key = (parent.decode(), blob)
        if key not in known:
            try:
                known[key] = added.lines(git, *key)
            except GitError:  # the earlier version is not here: all lines may be new
                known[key] = [range(1, sys.maxsize)]
        return known[key]

    kept = []
    for spot in spots:
        blob = spot.finding.origin.blob
        if blob is None or is_added(spot.finding, added.common(ranges(parent, blob) for parent in spot.parents)):
            kept.append(spot)
    return kept


def _finding(spots: Sequence[Spot], told: dict[bytes, Commit], tips: _Tips, wishes: Wishes) -> list[Finding]:
    """The finding for one secret from its spots, oldest first; a finding a spot if all are wanted."""
    first = spots[0]
    known = _provenance(spots, told[first.commit], tips, wishes)
    if wishes.all_occurrences:
        return [replace(_at(spot, told, wishes), provenance=known) for spot in spots]
    related, seen = [], {(first.path, first.finding.location)}
    for spot in spots:
        if (spot.path, spot.finding.location) not in seen and (spot.path != first.path or spot.commit == first.commit):
            seen.add((spot.path, spot.finding.location))
            seen.update((spot.path, other.finding.location) for other in spots if other.path == spot.path != first.path)
            where = _text(spot.path) or f"commit-message {spot.commit[:12].decode()}"
            related.append(Related("also there", where, spot.finding.location, spot.commit.decode()))
    found = _at(first, told, wishes)
    return [replace(found, provenance=known, related=(*found.related, *related[:_RELATED]))]


def _at(spot: Spot, told: dict[bytes, Commit], wishes: Wishes) -> Finding:
    """The spot's finding with its commit told."""
    finding, commit = spot.finding, told[spot.commit]
    origin = Origin(
        path=_text(spot.path) + finding.origin.member if finding.origin.blob else finding.origin.path,
        kind=finding.origin.kind,
        commit=spot.commit.decode(),
        author=commit.author,
        email=commit.email if wishes.email else None,
        date=commit.date,
        blob=finding.origin.blob,
        member=finding.origin.member,
    )
    related = tuple(replace(item, path=origin.path, commit=origin.commit) for item in finding.related)
    return replace(finding, origin=origin, related=related)


def _provenance(spots: Sequence[Spot], first: Commit, tips: _Tips, wishes: Wishes) -> Provenance:
    blobs = {spot.finding.origin.blob.encode() for spot in spots if spot.finding.origin.blob}
    refs = sorted({ref for blob in blobs for ref in tips.refs.get(blob, ())})
    days = exposed_days(first.date)
    return Provenance(
        commits=len({spot.commit for spot in spots}),
        paths=tuple(sorted({_text(spot.path) for spot in spots if spot.path})),
        in_head=not blobs.isdisjoint(tips.head) if blobs else None,
        in_branches=tuple(refs[:_BRANCHES]),
        first_seen=first.date,
        exposed_days=days,
        overdue=days is not None and days > wishes.rotation_days,
    )


def exposed_days(date: str, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> int | None:
    """Whole days from `date`, ISO 8601 with a zone, until now; never negative, None for what is no date."""
    try:
        return max(0, (now() - datetime.fromisoformat(date)).days)
    except (ValueError, TypeError, OverflowError):
        return None


def _tips(git: Git, spots: Sequence[Spot]) -> _Tips:
    """Where the blobs of `spots` still stand."""
    from keyscan.git import repository

    places = sorted({(spot.path, spot.finding.origin.blob.encode()) for spot in spots if spot.finding.origin.blob})
    tips = _Tips()
    if not places:
        return tips
    head = repository.resolve(git, "HEAD")
    if head:
        tips.head = introduced.blobs_at(git, head)
    current = git.ask("symbolic-ref", "-q", "HEAD")
    refs = [(name, oid) for name, _, oid in repository.refs(git) if name != current and not name.endswith(b"/HEAD")]
    branches = [(name, oid) for name, oid in refs if name.startswith((b"refs/heads/", b"refs/remotes/"))]
    known = set(branches)
    if len(refs) * len(places) > _LOOKUPS:
        # What no branch or tag holds may still be a pull request's: those are many, and asked last.
        standing = introduced.at_tips(git)
        held = [place for place in places if place[1] in standing]
    else:
        held = places
    _look(git, branches, held, tips, _LOOKUPS)
    lost = [place for place in places if place[1] not in tips.head and place[1] not in tips.refs]
    _look(git, [ref for ref in refs if ref not in known], lost, tips, _LATER)
    return tips


def _look(
    git: Git,
    refs: Sequence[tuple[bytes, bytes]],
    places: Sequence[tuple[bytes, bytes]],
    tips: _Tips,
    most: int,
) -> None:
    """Add to `tips` which refs, as far as `most` questions can tell, hold the blobs at their places."""
    if places:
        for ref, blob in introduced.standing(git, refs[: max(1, most // len(places))], places):
            tips.refs.setdefault(blob, []).append(_short(ref))


def _short(ref: bytes) -> str:
    for prefix in (b"refs/heads/", b"refs/remotes/", b"refs/"):
        if ref.startswith(prefix):
            return _text(ref[len(prefix) :])
    return _text(ref)


def _text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")
