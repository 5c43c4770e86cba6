"""Audits a history: from its resolved scope (`scope.py`) to findings with provenance."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from keyscan.git import commits as git_commits
from keyscan.git import objects, repository, trees
from keyscan.git.objects import Listed, Selection
from keyscan.history import incremental, pack_scan
from keyscan.history.appearances import Appearances, appearances
from keyscan.history.audit_record import finding_key
from keyscan.history.incremental import IncrementalAudit
from keyscan.history.object_scanner import ObjectScanner
from keyscan.history.pipeline import scan_batches, unknown_batches
from keyscan.history.provenance import DEFAULTS, HistoryIndex, ProvenanceOptions, Traced, trace
from keyscan.model.blob import Blob, Origin, Skip, decode_path
from keyscan.scan.result import ScanResult
from keyscan.scan.scanner import scan_blobs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from keyscan.git.repository import Repository
    from keyscan.history.batch import HistoryJob
    from keyscan.history.incremental import PendingWork
    from keyscan.history.scope import HistoryQuery, Scope
    from keyscan.model.finding import Finding


@dataclass(frozen=True, slots=True)
class _Scanned:
    """The result of scanning a history's objects, and where to look for the findings' origins.

    `known_below`: keys of findings that the last audit counted below the minimum severity.
    """

    result: ScanResult
    commits: tuple[bytes, ...] = ()
    written: Appearances | None = None
    known_below: frozenset[bytes] = frozenset()

    def interruption(self) -> ScanResult:
        """The result of an audit that was interrupted after this: one finding per secret, without provenance."""
        return replace(self.result, findings=_one_each(self.result.findings), interrupted=True)


def audit_history(
    job: HistoryJob, scope: Scope, query: HistoryQuery, options: ProvenanceOptions = DEFAULTS
) -> ScanResult:
    """Scan what `scope` says: one finding per secret, with its provenance.

    An interruption ends the audit; the result then has what was found until then, without provenance.
    """
    facts = repository.inspect(job.git)
    options = replace(options, ranged=scope.ranged, jobs=job.jobs)
    rescan = _rescan(job)
    record = None
    if job.store is not None and scope.whole:
        record = IncrementalAudit(job.git, job.store, job.options, frozenset(scope.ends), facts.common_dir)
    scanned = _Scanned(ScanResult())
    try:
        pending = record.pending(use_duplicates=rescan is None and not options.all_occurrences) if record else None
        scanned = _scan(job, scope, facts, pending)
        if record and pending and _falls_short(job, record, pending, scanned):
            record.restart()
            scanned = _scan(job, scope, facts, None)
        if scanned.result.interrupted:
            return scanned.interruption()
        index = HistoryIndex(scanned.commits, scanned.written, rescan)
        result = _with_provenance(job, scanned, index, options, record)
        if query.net and scope.ranged:
            present = _still_present(job, scope, scanned.result.findings)
            least = job.options.min_severity
            kept = tuple(
                finding for finding in result.findings if finding.severity < least or finding.fingerprint in present
            )
            result = replace(result, findings=kept)
    except KeyboardInterrupt:
        return scanned.interruption()
    if query.allow_shallow:
        return replace(result, skipped=tuple(_accepted(skip) for skip in result.skipped))
    return result


def _falls_short(job: HistoryJob, record: IncrementalAudit, pending: PendingWork, scanned: _Scanned) -> bool:
    """Whether a scan of what was pending may have missed where a secret came from."""
    if scanned.written is None or scanned.result.interrupted:
        return False
    least = job.options.min_severity
    reported = (finding for finding in scanned.result.findings if finding.severity >= least)
    return record.falls_short(pending, reported, scanned.written)


def _with_provenance(
    job: HistoryJob,
    scanned: _Scanned,
    index: HistoryIndex,
    options: ProvenanceOptions,
    record: IncrementalAudit | None,
) -> ScanResult:
    """The result of a scan: findings traced, and recorded for the next audit if nothing was missed."""
    result, least = scanned.result, job.options.min_severity
    findings = [finding for finding in result.findings if finding.severity >= least]
    counted = _one_each(finding for finding in result.findings if finding.severity < least)
    below = frozenset(finding_key(finding.fingerprint) for finding in counted)
    traced = trace(job.git, findings, index, options) if findings else Traced([], [])
    skipped = (*result.skipped, *traced.skips)
    if record and scanned.written and not any(skip.incomplete for skip in skipped):
        next_record = incremental.record_of(findings, result.partly, scanned.commits, scanned.written)
        if next_record:
            duplicates = next_record.duplicates if index.rescan is None else {}
            count = record.clean_count(result, len(next_record.with_findings))
            known = scanned.known_below | below
            record.save(replace(next_record, count=count, duplicates=duplicates, below_threshold=known))
    hidden = len(scanned.known_below - below)
    return replace(result, findings=(*traced.findings, *counted), skipped=skipped, hidden=hidden)


def _scan(job: HistoryJob, scope: Scope, facts: Repository, pending: PendingWork | None) -> _Scanned:
    """Scan all objects of the scope, or what is `pending`."""
    scanned = _scan_pending(job, scope, pending) if pending is not None else None
    scanned = scanned or _scan_all(job, scope, facts)
    if scanned.result.interrupted:
        return scanned
    try:
        names = _scan_names(job, scope.names)
    except KeyboardInterrupt:
        names = ScanResult(interrupted=True)
    return replace(scanned, result=scanned.result + names)


def _scan_pending(job: HistoryJob, scope: Scope, pending: PendingWork) -> _Scanned | None:
    """Scan what a second audit has to read; None where git cannot tell what the commits wrote."""
    written = appearances(job.git, pending.commits, job.jobs)
    if written is None:
        return None
    unread = pending.unread(written)
    others = chain(_blobs_of_tags(job, scope, written), pending.others(written), scope.extra)
    listings = (pending.blobs(written, unread), others, pending.messages())
    result = scan_batches(job, unknown_batches(job, listings)).result
    if job.store is not None:
        job.store.known_count += len(unread)
    copied = incremental.copied(result.findings, unread)
    result = replace(result, findings=(*result.findings, *copied), skipped=(*result.skipped, *scope.skips))
    return _Scanned(result, pending.commits, written, pending.below_threshold)


def _reaches_shallow(facts: Repository, commits: list[bytes]) -> bool:
    """Whether one of `commits` is where a shallow history ends."""
    return facts.shallow and not repository.shallow_commits(facts).isdisjoint(commits)


def _scan_all(job: HistoryJob, scope: Scope, facts: Repository) -> _Scanned:
    """Scan all objects of the scope."""
    skips = [*scope.skips, *(() if scope.ranged else facts.gaps())]
    complete = not (scope.ranged or scope.store or skips or repository.partial(job.git))
    # Walking packs reads all that is in them: too much, unless the whole history is wanted.
    packs = pack_scan.Packs(job.git) if (scope.whole or scope.store) and pack_scan.is_possible(job) else None
    early = (lambda: packs.forests) if packs and pack_scan.is_certain(job) else None
    listed = objects.commits(job.git, scope.selection, early)
    commits = listed.ids
    skips += listed.skips
    if scope.ranged and (facts.grafted or _reaches_shallow(facts, commits)):
        # A graft hides commits of a range wherever it is: it may let what is known reach them, too.
        skips += facts.gaps()
    lost: list[Listed | Skip] = []
    if scope.store:
        lost, commits, more = _with_unreachable(job, commits)
        skips += more
    written = appearances(job.git, commits, job.jobs) if complete else None
    if written is not None:
        blobs: Iterable[Listed | Skip] = chain(written.listed(), _blobs_of_tags(job, scope, written))
    elif scope.ranged:
        blobs = _introduced(job, commits)
    elif scope.store:
        blobs = lost
    else:
        blobs = objects.reachable(job.git, scope.selection)
    listings = (blobs, scope.extra, [Listed(commit, b"") for commit in commits])
    if packs and pack_scan.is_faster(job, written):
        result = pack_scan.scan(job, packs, listings)
    else:
        result = scan_batches(job, unknown_batches(job, listings)).result
    return _Scanned(replace(result, skipped=(*result.skipped, *skips)), tuple(commits), written)


def _blobs_of_tags(job: HistoryJob, scope: Scope, written: Appearances) -> Iterator[Listed | Skip]:
    """The blobs to which tags or other refs point with no commit between, except those that commits wrote too."""
    ends = list(dict.fromkeys(scope.unsure))
    kinds = job.git.kinds([oid + b"^{}" for oid in ends]) if ends else []
    others = tuple(oid for oid, kind in zip(ends, kinds, strict=True) if kind != b"commit")
    if others:
        listed = objects.reachable(job.git, Selection((), others))
        yield from (item for item in listed if isinstance(item, Skip) or item.oid not in written.blobs)


def _introduced(job: HistoryJob, commits: Sequence[bytes]) -> Iterator[Listed | Skip]:
    """What the commits wrote, each blob once."""
    seen: set[bytes] = set()
    for item in git_commits.introduced(job.git, commits):
        if isinstance(item, Skip):
            yield item
        elif item.blob not in seen:
            seen.add(item.blob)
            yield Listed(item.blob, item.path)


def _with_unreachable(job: HistoryJob, commits: list[bytes]) -> tuple[list[Listed | Skip], list[bytes], Sequence[Skip]]:
    """Everything in the store but commits; the commits, with those that nothing reaches; what could not be read."""
    known = set(commits)
    unreachable: list[bytes] = []
    others: list[Listed | Skip] = []
    for entry in objects.in_store(job.git):
        if isinstance(entry, Skip):
            others.append(entry)
        elif entry[0] != b"commit":
            others.append(entry[1])
        elif entry[1].oid not in known:
            unreachable.append(entry[1].oid)
    if not unreachable:
        return others, commits, ()
    listed = objects.commits(job.git, Selection((), (*commits[:1], *unreachable, *commits)))
    return others, listed.ids, listed.skips


def _rescan(job: HistoryJob) -> Callable[[Sequence[Listed]], Sequence[Finding]] | None:
    """How to scan blobs again at their real paths; None when no ignore depends on the path."""
    ignores = job.options.ignores
    if ignores is None or not (ignores.exclude or ignores.active):
        return None
    scanner = ObjectScanner(job.git, job.matcher, job.options)
    return lambda listed: scanner(listed).result.findings


def _scan_names(job: HistoryJob, names: Sequence[bytes]) -> ScanResult:
    """Scan the names of refs: first all at once, since they hardly ever contain anything."""
    if not any(job.matcher.scan(b"\n".join(names))):
        return ScanResult()
    blobs = [Blob(name, Origin(decode_path(name), kind="ref")) for name in names]
    return replace(scan_blobs(blobs, job.matcher, job.options), files=0)


def _still_present(job: HistoryJob, scope: Scope, findings: Iterable[Finding]) -> set[str]:
    """The fingerprints of the findings that are still in the tree of one of the scope's ends."""
    present = set(chain.from_iterable(trees.blobs_at(job.git, end) for end in scope.ends))
    return {f.fingerprint for f in findings if f.origin.blob and f.origin.blob.encode() in present}


def _one_each(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """The first finding of each secret in the order of reports."""
    first: dict[str, Finding] = {}
    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        first.setdefault(finding.fingerprint, finding)
    return tuple(first.values())


def _accepted(skip: Skip) -> Skip:
    """A gap that --allow-shallow accepts: still named, no longer a reason to fail."""
    known = skip.path == "history" and (
        skip.reason in {repository.SHALLOW, repository.GRAFTED} or "objects are missing" in skip.reason
    )
    return replace(skip, incomplete=False) if known else skip
