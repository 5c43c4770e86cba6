"""Joins findings in blobs to one finding per secret, with its provenance: where in history it came from."""

from __future__ import annotations

import sys
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, NamedTuple

from keyscan.errors import GitError
from keyscan.git import added_lines
from keyscan.git import commits as git_commits
from keyscan.git.objects import Listed
from keyscan.history import exposure
from keyscan.history.ref_tips import RefTips, ref_tips
from keyscan.model.blob import Origin, Skip, decode_path
from keyscan.model.finding import ALSO_THERE, Finding, Provenance, Related
from keyscan.scan.findings import is_added
from keyscan.support import process_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from keyscan.git.command import Git
    from keyscan.git.commits import Commit, Introduced
    from keyscan.history.appearances import Appearances

# Locations besides the first one that a finding names.
_MAX_RELATED = 20
# Ref names that a finding lists.
_MAX_REFS = 20


@dataclass(frozen=True, slots=True)
class ProvenanceOptions:
    """How provenance is reported. `ranged`: only what the given commits add counts. `removals`: when it went, too."""

    all_occurrences: bool = False
    email: bool = True
    rotation_days: int = 90
    ranged: bool = False
    jobs: int = 0
    removals: bool = False


DEFAULTS = ProvenanceOptions()


@dataclass(frozen=True, slots=True)
class HistoryIndex:
    """The commits to look for origins in, youngest first, and what they wrote, where that is known.

    `rescan` scans blobs again at their real paths, for ignores that depend on the path; None when none does.
    """

    commits: Sequence[bytes]
    written: Appearances | None = None
    rescan: Callable[[Sequence[Listed]], Sequence[Finding]] | None = None


class Occurrence(NamedTuple):
    """A commit introduced a finding's secret at a path; the older the commit, the larger `age`."""

    age: int
    commit: bytes
    path: bytes
    finding: Finding
    parents: tuple[bytes, ...] = ()


class Traced(NamedTuple):
    """One finding per secret, and what could not be read of the history."""

    findings: list[Finding]
    skips: list[Skip]


def trace(git: Git, findings: Sequence[Finding], index: HistoryIndex, options: ProvenanceOptions) -> Traced:
    """One finding per secret, at the oldest commit that introduced it.

    Findings that no commit introduced (unreachable objects, tags of a blob, names of refs) stay as they are.
    """
    occurrences, skips = _occurrences(git, findings, index, options.jobs)
    located = {id(occurrence.finding) for occurrence in occurrences}
    rest = [finding for finding in findings if id(finding) not in located]
    if options.ranged:
        occurrences = _only_added(git, occurrences)
    if index.rescan is not None:
        occurrences = _at_their_paths(occurrences, index.rescan)
    secrets: dict[str, list[Occurrence]] = {}
    for occurrence in sorted(occurrences, key=_order):
        secrets.setdefault(occurrence.finding.fingerprint, []).append(occurrence)
    for group in secrets.values():
        # A secret that is ignored at one location only is new, and reported where it is.
        group.sort(key=lambda occurrence: occurrence.finding.status != "new")
    every = options.all_occurrences
    reported = {occurrence.commit for group in secrets.values() for occurrence in (group if every else group[:1])}
    tips = ref_tips(git, _locations(occurrences))
    gone = exposure.removals(git, _last_written(secrets, tips)) if options.removals else {}
    joiner = _Joiner(git_commits.details(git, sorted(reported)), tips, options, gone)
    joined = [finding for group in secrets.values() for finding in joiner.findings(group)]
    others: dict[str, Finding] = {}
    # Of several findings of one secret without a commit, never the one that was read first.
    for finding in sorted(rest, key=lambda finding: (finding.status != "new", -finding.severity, finding.sort_key)):
        if finding.fingerprint not in secrets:
            others.setdefault(finding.fingerprint, finding)
    return Traced([*joined, *others.values()], skips)


def _last_written(secrets: Mapping[str, Sequence[Occurrence]], tips: RefTips) -> dict[str, dict[bytes, bytes]]:
    """For each secret that HEAD has not, the youngest commit that wrote it at each path."""
    return {
        fingerprint: {one.path: one.commit for one in sorted(occurrences, key=lambda one: -one.age) if one.path}
        for fingerprint, occurrences in secrets.items()
        if tips.head.isdisjoint((occurrence.finding.origin.blob or "").encode() for occurrence in occurrences)
    }


def _order(occurrence: Occurrence) -> tuple[int, bytes, int, int]:
    where = occurrence.finding.location
    return (-occurrence.age, occurrence.path, where.line, where.column)


def _locations(occurrences: Iterable[Occurrence]) -> list[tuple[bytes, bytes]]:
    """The (path, blob) of all occurrences in blobs, each once, sorted."""
    blobs = [(occurrence.path, occurrence.finding.origin.blob) for occurrence in occurrences]
    return sorted({(path, blob.encode()) for path, blob in blobs if blob})


def _occurrences(
    git: Git, findings: Sequence[Finding], index: HistoryIndex, jobs: int
) -> tuple[list[Occurrence], list[Skip]]:
    """All occurrences of the findings that a commit introduced, and what could not be read."""
    commits = index.commits
    by_blob: dict[bytes, list[Finding]] = {}
    by_commit: dict[bytes, list[Finding]] = {}
    for finding in findings:
        if finding.origin.blob:
            by_blob.setdefault(finding.origin.blob.encode(), []).append(finding)
        elif finding.origin.kind == "commit-message":
            by_commit.setdefault((finding.origin.commit or "").encode(), []).append(finding)
    occurrences: list[Occurrence] = []
    skips: list[Skip] = []
    if by_commit:
        for age, commit in enumerate(commits):
            occurrences += [Occurrence(age, commit, b"", finding) for finding in by_commit.get(commit, ())]
    if by_blob and index.written is not None:
        for age, blob, path in index.written.locations(by_blob):
            occurrences += [Occurrence(age, commits[age], path, finding) for finding in by_blob[blob]]
    elif by_blob:
        traced, skips = _introducing(git, commits, by_blob, jobs)
        occurrences += traced
    return occurrences, skips


def _introducing(
    git: Git, commits: Sequence[bytes], by_blob: dict[bytes, list[Finding]], jobs: int
) -> tuple[list[Occurrence], list[Skip]]:
    """The occurrences of the findings in these blobs, read from git's diffs; and what could not be read."""
    size = git_commits.BATCH
    tasks = [(at, commits[at : at + size]) for at in range(0, len(commits), size)]
    occurrences: list[Occurrence] = []
    skips: list[Skip] = []
    for part in process_pool.stream(_Tracer(git, frozenset(by_blob)), tasks, jobs):
        skips += part.skips
        for age, item in part.introduced:
            origins = by_blob[item.blob]
            occurrences += [Occurrence(age, item.commit, item.path, finding, item.parents) for finding in origins]
    return occurrences, skips


class _Part(NamedTuple):
    """From one batch of commits: (age, what was introduced), and what could not be read."""

    introduced: list[tuple[int, Introduced]]
    skips: list[Skip]


class _Tracer:
    """Looks for blobs in what a batch of commits wrote; what a worker process runs."""

    def __init__(self, git: Git, wanted: frozenset[bytes]) -> None:
        self._git, self._wanted = git, wanted

    def __call__(self, task: tuple[int, Sequence[bytes]]) -> _Part:
        start, commits = task
        part = _Part([], [])
        ages: dict[bytes, int] = {}
        for item in git_commits.introduced(self._git, commits, self._wanted):
            if isinstance(item, Skip):
                part.skips.append(item)
                continue
            ages = ages or {commit: start + number for number, commit in enumerate(commits)}
            part.introduced.append((ages[item.commit], item))
        return part


def _at_their_paths(
    occurrences: Sequence[Occurrence], rescan: Callable[[Sequence[Listed]], Sequence[Finding]]
) -> list[Occurrence]:
    """`occurrences` with findings that know the occurrence's own path."""
    blobs = [(occurrence.path, occurrence.finding.origin) for occurrence in occurrences]
    elsewhere = {Listed(o.blob.encode(), path) for path, o in blobs if o.blob and decode_path(path) != o.file}
    rescanned = rescan(sorted(elsewhere)) if elsewhere else []
    known = {(f.origin.blob, f.origin.path, f.fingerprint, f.location): f for f in rescanned}

    def at_its_path(occurrence: Occurrence) -> Finding:
        finding = occurrence.finding
        path = decode_path(occurrence.path) + finding.origin.member
        return known.get((finding.origin.blob, path, finding.fingerprint, finding.location), finding)

    return [occurrence._replace(finding=at_its_path(occurrence)) for occurrence in occurrences]


def _only_added(git: Git, occurrences: Iterable[Occurrence]) -> list[Occurrence]:
    """The occurrences whose lines their commit added, compared with every parent."""
    known: dict[tuple[str, ...], list[range]] = {}

    def ranges(parent: bytes, blob: str) -> list[range]:
        key = (parent.decode(), blob)
        if key not in known:
            try:
                known[key] = added_lines.lines(git, *key)
            except GitError:  # the earlier version is not here: all lines may be new
                known[key] = [range(1, sys.maxsize)]
        return known[key]

    kept = []
    for occurrence in occurrences:
        blob = occurrence.finding.origin.blob
        if blob is not None:
            added = added_lines.common(ranges(parent, blob) for parent in occurrence.parents)
            if not is_added(occurrence.finding, added):
                continue
        kept.append(occurrence)
    return kept


class _Joiner:
    """Makes the findings of one secret from its occurrences, given its commits' details and the refs' tips."""

    def __init__(
        self,
        details: dict[bytes, Commit],
        tips: RefTips,
        options: ProvenanceOptions,
        gone: Mapping[str, exposure.Removal],
    ) -> None:
        self._details, self._tips, self._options, self._gone = details, tips, options, gone

    def findings(self, occurrences: Sequence[Occurrence]) -> list[Finding]:
        """The finding for one secret, from its occurrences, oldest first; one per occurrence if all are wanted."""
        first = occurrences[0]
        provenance = self._provenance(occurrences)
        if self._options.all_occurrences:
            return [replace(self._finding(occurrence), provenance=provenance) for occurrence in occurrences]
        related, seen = [], {(first.path, first.finding.location)}
        for one in occurrences:
            where = (one.path, one.finding.location)
            if where not in seen and (one.path != first.path or one.commit == first.commit):
                seen.add(where)
                if one.path != first.path:
                    seen.update((one.path, other.finding.location) for other in occurrences if other.path == one.path)
                name = decode_path(one.path) or f"commit-message {one.commit[:12].decode()}"
                related.append(Related(ALSO_THERE, name, one.finding.location, one.commit.decode()))
        joined = self._finding(first)
        return [replace(joined, provenance=provenance, related=(*joined.related, *related[:_MAX_RELATED]))]

    def _finding(self, occurrence: Occurrence) -> Finding:
        """The occurrence's finding with its commit."""
        finding, commit = occurrence.finding, self._details[occurrence.commit]
        origin = Origin(
            path=decode_path(occurrence.path) + finding.origin.member if finding.origin.blob else finding.origin.path,
            kind=finding.origin.kind,
            commit=occurrence.commit.decode(),
            author=commit.author,
            email=commit.email if self._options.email else None,
            date=commit.date,
            blob=finding.origin.blob,
            member=finding.origin.member,
        )
        related = tuple(replace(item, path=origin.path, commit=origin.commit) for item in finding.related)
        return replace(finding, origin=origin, related=related)

    def _provenance(self, occurrences: Sequence[Occurrence]) -> Provenance:
        blobs = {blob for _, blob in _locations(occurrences)}
        refs = sorted({ref for blob in blobs for ref in self._tips.refs.get(blob, ())})
        first_seen = self._details[occurrences[0].commit].date
        days = exposure.exposed_days(first_seen)
        removal = self._gone.get(occurrences[0].finding.fingerprint)
        return Provenance(
            commits=len({occurrence.commit for occurrence in occurrences}),
            paths=tuple(sorted({decode_path(occurrence.path) for occurrence in occurrences if occurrence.path})),
            in_head=not blobs.isdisjoint(self._tips.head) if blobs else None,
            in_branches=tuple(refs[:_MAX_REFS]),
            first_seen=first_seen,
            exposed_days=days,
            overdue=days is not None and days > self._options.rotation_days,
            removed=removal.date if removal else None,
            removed_in=removal.commit if removal else None,
        )
