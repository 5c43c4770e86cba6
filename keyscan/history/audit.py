"""The whole way from what is wanted of a history (`scope.py`) to findings with provenance."""

from __future__ import annotations

import os
from dataclasses import replace
from itertools import chain
from typing import TYPE_CHECKING

from keyscan.git import commits as introduced
from keyscan.git import objects, repository
from keyscan.git.objects import Listed, Selection
from keyscan.history import clean_objects as seen
from keyscan.history import incremental as again
from keyscan.history import pack_scan as packaudit
from keyscan.history import provenance as origins
from keyscan.history.appearances import Written, written
from keyscan.history.object_scanner import Job, Reader, all_batches, scan_objects
from keyscan.model.blob import Blob, Origin
from keyscan.scan.scanner import Tally, scan_blob

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from keyscan.git.command import Git
    from keyscan.history.incremental import Remaining
    from keyscan.history.provenance import Wishes
    from keyscan.history.scope import Scope, Wanted
    from keyscan.model.blob import Skip
    from keyscan.model.finding import Finding


def survey(job: Job, where: Scope, wanted: Wanted, wishes: Wishes, tally: Tally) -> None:
    """Scan what `where` says and leave in `tally` one finding a secret, with its provenance.

    An interruption passes through; `tally` then holds what was found until then, one finding a secret.
    """
    facts = repository.inspect(job.git)
    by_path, own, least = _by_path(job), Tally(), job.options.min_severity
    memory = left = None
    if job.seen is not None and where.whole:
        memory = again.Memory(job.git, job.seen, job.options, pathless=by_path is None)
        tips, every = frozenset(where.ends), wishes.all_occurrences
        left = memory.remaining(facts.common_dir, tips, own.skipped, every=every)
    try:
        commits, wrote = _scan(job, where, facts, left, own)
        reported = (finding for finding in own.findings if finding.severity >= least)
        if memory and left and wrote and memory.falls_short(left, reported, wrote):
            own, left = Tally(), None
            memory.forget()
            commits, wrote = _scan(job, where, facts, None, own)
    except BaseException:
        own.findings = _one_each(own.findings)
        tally.add(own)
        raise
    whole = not any(skip.incomplete for skip in own.skipped)
    if wanted.allow_shallow:
        own.skipped = [_accepted(skip) for skip in own.skipped]
    minor = _one_each([finding for finding in own.findings if finding.severity < least])
    counted = frozenset(seen.minor(finding.fingerprint) for finding in minor)
    known = left.minor if left is not None else frozenset()
    own.hidden = len(known - counted)
    major = found = [finding for finding in own.findings if finding.severity >= least]
    if major:
        remaining = _remaining(job.git, where.ends, major) if wanted.net and where.ranged else None
        wishes = replace(wishes, ranged=where.ranged, jobs=job.jobs)
        major = origins.trace(job.git, major, commits, wishes, own.skipped, by_path, wrote)
        major = [finding for finding in major if remaining is None or finding.fingerprint in remaining]
    if memory and wrote and whole and not any(skip.incomplete for skip in own.skipped):
        memory.keep(found, known | counted, commits, wrote, own)
    own.findings = major + minor
    tally.add(own)


def _scan(
    job: Job, where: Scope, facts: repository.Repository, left: Remaining | None, tally: Tally
) -> tuple[list[bytes], Written | None]:
    """Scan all objects, or what is `left`; the commits to look for origins in, youngest first, and what they wrote."""
    trouble = tally.skipped
    trouble.extend(where.trouble)
    gaps = [] if where.ranged else list(facts.gaps())
    trouble.extend(gaps)
    if left is not None:
        wrote = written(job.git, left.commits, job.jobs)
        if wrote is not None:
            unread = left.unread(wrote)
            messages = [Listed(commit, b"") for age, commit in enumerate(left.commits) if age in left.new]
            others = chain(_others(job, where, wrote, trouble), left.others(wrote), where.extra)
            listings: tuple[Iterable[Listed], ...] = (left.blobs(wrote, unread), others, messages)
            scan_objects(job, all_batches(job, listings), tally)
            tally.findings += again.copied(tally.findings, unread)
            if job.seen is not None:
                job.seen.skipped += len(unread)
            _scan_names(job, where.names, tally)
            return list(left.commits), wrote
    # Walking packs looks at all that is in them: too much, unless the whole history is wanted.
    packs = packaudit.Packs(job.git) if (where.whole or where.store) and packaudit.serves(job) else None
    early = (lambda: packs.plans) if packs and packaudit.sure(job) else None
    commits = list(objects.commits(job.git, where.selection, trouble, early))
    wrote = None
    if not (where.ranged or where.store or gaps or repository.partial(job.git)):
        wrote = written(job.git, commits, job.jobs)
    if wrote is None:
        listed: Iterable[Listed] = _blobs(job, where, facts, commits, trouble)
    else:
        listed = chain(wrote.listed(), _others(job, where, wrote, trouble))
    listings = (listed, where.extra, (Listed(commit, b"") for commit in tuple(commits)))
    if packs and packaudit.worth_it(job, wrote):
        packaudit.scan(job, packs, listings, tally)
    else:
        scan_objects(job, all_batches(job, listings), tally)
    _scan_names(job, where.names, tally)
    return commits, wrote


def _others(job: Job, where: Scope, wrote: Written, trouble: list[Skip]) -> Iterator[Listed]:
    """The blobs to which tags or other refs point with no commit between, but those that commits wrote too."""
    ends = list(dict.fromkeys(where.unsure))
    kinds = job.git.kinds([oid + b"^{}" for oid in ends]) if ends else []
    others = tuple(oid for oid, kind in zip(ends, kinds, strict=True) if kind != b"commit")
    if others:
        listed = objects.reachable(job.git, Selection((), others), trouble)
        yield from (item for item in listed if item.oid not in wrote.blobs)


def _blobs(
    job: Job, where: Scope, facts: repository.Repository, commits: list[bytes], trouble: list[Skip]
) -> Iterable[Listed]:
    """The blobs that are wanted; with those that nothing reaches come commits, which are added to `commits`."""
    if where.ranged:
        if facts.shallow and not repository.shallow_commits(facts).isdisjoint(commits):
            trouble.extend(facts.gaps())
        return _introduced(job.git, commits, trouble)
    if where.store:
        return _all_blobs(job.git, commits, trouble)
    return objects.reachable(job.git, where.selection, trouble)


def _introduced(git: Git, commits: Sequence[bytes], trouble: list[Skip]) -> Iterator[Listed]:
    """What the commits wrote, each blob once."""
    seen: set[bytes] = set()
    for item in introduced.introduced(git, commits, None, trouble):
        if item.blob not in seen:
            seen.add(item.blob)
            yield Listed(item.blob, item.path)


def _all_blobs(git: Git, commits: list[bytes], trouble: list[Skip]) -> Iterator[Listed]:
    """Everything in the store; commits that nothing reaches are added to `commits`."""
    known = set(commits)
    lost = []
    for kind, item in objects.in_store(git, trouble):
        if kind == b"commit":
            if item.oid not in known:
                lost.append(item.oid)
                yield item
        else:
            yield item
    commits[:] = objects.commits(git, Selection((), (*commits[:1], *lost, *commits)), trouble) if lost else commits


def _by_path(job: Job) -> Callable[[Sequence[Listed]], list[Finding]] | None:
    """How to scan blobs again under their real paths; None when no ignore asks for the path."""
    ignores = job.options.ignores
    if ignores is None or not (ignores.exclude or ignores.active):
        return None
    reader = Reader(job.git, job.matcher, job.options)
    return lambda places: reader(places).tally.findings


def _scan_names(job: Job, names: Sequence[bytes], tally: Tally) -> None:
    """Scan the names of refs: all at once, since they hardly ever hold anything."""
    if not job.matcher.scan(b"\n".join(names)):
        return
    for name in names:
        text = name.decode("utf-8", "surrogateescape")
        scan_blob(Blob(name, Origin(text, kind="ref")), job.matcher, job.options, tally)
    tally.files = 0


def _remaining(git: Git, ends: Iterable[bytes], findings: Iterable[Finding]) -> set[str]:
    """The fingerprints that still stand in the tree of one of `ends`."""
    trees = [introduced.blobs_at(git, end) for end in ends]
    there = set(chain.from_iterable(trees))
    return {f.fingerprint for f in findings if f.origin.blob and f.origin.blob.encode() in there}


def _one_each(findings: Iterable[Finding]) -> list[Finding]:
    """The first finding of each secret in the order of reports."""
    found: dict[str, Finding] = {}
    for finding in sorted(findings, key=lambda finding: finding.sort_key):
        found.setdefault(finding.fingerprint, finding)
    return list(found.values())


def _accepted(skip: Skip) -> Skip:
    """A gap that --allow-shallow accepts: still named, no longer a reason to fail."""
    known = skip.path == "history" and (
        skip.reason in {repository.SHALLOW, repository.GRAFTED} or "objects are missing" in skip.reason
    )
    return replace(skip, incomplete=False) if known else skip


def submodules(git: Git) -> Iterator[str]:
    """The paths of submodules that are checked out in the work tree."""
    for record in (git.ask("ls-files", "-s", "-z") or b"").split(b"\0"):
        if record.startswith(b"160000 "):
            path = os.fsdecode(record.partition(b"\t")[2])
            if os.path.exists(os.path.join(git.directory, path, ".git")):  # noqa: PTH110, PTH118
                yield path
