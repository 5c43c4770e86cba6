"""What of a repository's history is wanted, and the whole way from there to findings with provenance."""

from __future__ import annotations

import os
import re
import time
from dataclasses import dataclass, replace
from itertools import chain
from typing import TYPE_CHECKING

from keyscan import again, origins, packaudit, seen
from keyscan.audit import Job, Reader, all_batches, scan_objects
from keyscan.errors import IncompleteError, UsageError
from keyscan.model import Blob, Origin
from keyscan.scan import Tally, scan_blob
from keyscan.sources import introduced, objects, repository
from keyscan.sources.objects import Listed, Selection
from keyscan.sources.pushed import present
from keyscan.written import Written, written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from keyscan.again import Remaining
    from keyscan.model import Finding, Skip
    from keyscan.origins import Wishes
    from keyscan.sources.git import Git
    from keyscan.sources.pushed import Update

_NOW = re.compile(r"\s*(now|today|0\s|\d{10,})", re.IGNORECASE)
_UNRESOLVED = (
    "{text}: '{part}' does not resolve to a commit here (rewritten, or a shallow clone?); fetch the whole history "
    "with `git fetch --unshallow` (GitHub's checkout action: `fetch-depth: 0`)"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the history. All of it, unless a range, a date or branches are given."""

    range: str | None = None
    since: str | None = None
    branches: tuple[str, ...] = ()
    net: bool = False
    reflog: bool = False
    all_objects: bool = False
    allow_shallow: bool = False

    @property
    def ranged(self) -> bool:
        """Whether only what some commits add is wanted."""
        return self.range is not None or self.since is not None


@dataclass(frozen=True, slots=True)
class Scope:
    """A resolved wish: the revisions, whether only what they add counts, where a range ends, more to read.

    `unsure`: those of `ends` that may lead to something else than a commit.
    """

    selection: Selection
    ranged: bool = False
    ends: tuple[bytes, ...] = ()
    unsure: tuple[bytes, ...] = ()
    extra: tuple[Listed, ...] = ()
    names: tuple[bytes, ...] = ()
    store: bool = False
    whole: bool = False
    trouble: tuple[Skip, ...] = ()


def scope(git: Git, wanted: Wanted) -> Scope:
    """`wanted` resolved in the repository; IncompleteError for what does not resolve, UsageError for what can't."""
    options = (since_option(git, wanted.since),) if wanted.since is not None else ()
    if wanted.range is not None:
        ids = _range(git, wanted.range)
        return Scope(Selection(options, ids), ranged=True, ends=tuple(i for i in ids if i[:1] != b"^"))
    if wanted.branches:
        ids = tuple(_resolved(git, name, f"--branch {name}") for name in wanted.branches)
        return Scope(Selection(options, ids), wanted.ranged, ids)
    options += ("--all", *(("--reflog",) if wanted.reflog else ()))
    selection = Selection(options, tuple(repository.hidden_tips(git)))
    refs = repository.refs(git)
    tags = _tags(git, (oid for _, kind, oid in refs if kind == b"tag"))
    names = tuple(name for name, _, _ in refs)
    ends = (*selection.ids, *(oid for _, _, oid in refs))
    if wanted.ranged:
        return Scope(selection, ranged=True, ends=ends)
    return Scope(
        selection,
        ends=ends,
        unsure=tuple(oid for _, kind, oid in refs if kind != b"commit"),
        extra=tags,
        names=names,
        store=wanted.all_objects,
        whole=not wanted.reflog and not wanted.all_objects,
    )


def of_updates(git: Git, updates: Sequence[Update], known: tuple[str, ...]) -> Scope:
    """What pushed updates bring: the commits that `known` and the old values do not reach, tags, names."""
    new = [update.new for update in updates]
    here = present(git, (update.old for update in updates if update.old))
    kinds = dict(zip(new, git.kinds([oid + b"^{}" for oid in new]), strict=True))
    commits = tuple(oid for oid in new if kinds[oid] == b"commit")
    lost = [oid for oid in new if not kinds[oid]]
    if lost:
        raise IncompleteError(f"{lost[0].decode()} is pushed, but not in this repository")
    # A tag may point to a tree or a blob: all of that is new.
    trouble: list[Skip] = []
    others = [oid for oid in new if kinds[oid] in {b"tree", b"blob"}]
    files = objects.reachable(git, Selection((), tuple(others)), trouble) if others else ()
    tagged = _tags(git, (oid for oid, kind in zip(new, git.kinds(new), strict=True) if kind == b"tag"))
    return Scope(
        Selection(known, (*commits, *(b"^" + oid for oid in here))),
        ranged=True,
        ends=commits,
        extra=(*tagged, *files),
        names=tuple(update.name for update in updates),
        trouble=tuple(trouble),
    )


def _tags(git: Git, ids: Iterable[bytes]) -> tuple[Listed, ...]:
    return tuple(Listed(oid, b"") for oid in repository.tags(git, ids))


def since_option(git: Git, since: str) -> str:
    """Git's option for commits since a date; UsageError when it is no date (git itself takes that for now)."""
    answer = git.ask("rev-parse", f"--since={since}") or b""
    seconds = answer.rpartition(b"=")[2]
    if not seconds.isdigit() or (int(seconds) > time.time() - 5 and not _NOW.match(since)):
        raise UsageError(f"--since {since}: not a date (write 2026-01-31 or '2 weeks ago')")
    return f"--max-age={seconds.decode()}"


def _range(git: Git, text: str) -> tuple[bytes, ...]:
    """`A..B`, `A...B`, or one revision for all that it reaches, as ids."""
    left, dots, right = text.partition("...") if "..." in text else text.partition("..")
    if not dots:
        return (_resolved(git, text, f"range {text}"),)
    start, end = (_resolved(git, part or "HEAD", f"range {text}") for part in (left, right))
    if dots == "..":
        return end, b"^" + start
    bases = (git.ask("merge-base", "--all", start.decode(), end.decode()) or b"").split()
    return start, end, *(b"^" + base for base in bases)


def _resolved(git: Git, revision: str, text: str) -> bytes:
    found = repository.resolve(git, revision)
    if found is None:
        raise IncompleteError(_UNRESOLVED.format(text=text, part=revision))
    return found


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
            messages = [Listed(commit, b"") for age, commit in enumerate(left.commits) if age in left.new]
            others = chain(_others(job, where, wrote, trouble), left.others(wrote), where.extra)
            listings: tuple[Iterable[Listed], ...] = (left.blobs(wrote), others, messages)
            scan_objects(job, all_batches(job, listings), tally)
            unread = left.unread(wrote)
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
