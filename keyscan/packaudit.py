"""The fast path of the history audit: packs are walked by their deltas, and what may hold something is read again.

Walking starts at once, for every blob of every pack, while git still lists which blobs are wanted. What a walk
finds to hold nothing needs no reading; the rest goes the ordinary way (`keyscan/audit.py`): blobs that may hold a
match, that stand in no pack, that a pack's plan leaves to git. So both ways report the same.
"""

from __future__ import annotations

import os
from array import array
from binascii import hexlify, unhexlify
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from keyscan import parallel
from keyscan.audit import Part, Reader, all_batches, scan_objects
from keyscan.packscan import Judge
from keyscan.sources import objects, pack
from keyscan.sources.objects import Listed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyscan.audit import Job
    from keyscan.engine.matcher import Matcher
    from keyscan.scan import Tally
    from keyscan.sources.git import Git

# Whether walking packs beats git's own reading: interpreted, it does not (measured in benchmarks/pack.py).
FASTER = pack.COMPILED
# Tasks a process, at least: the last ones end at about the same time.
_SHARES = 24
# Fewer blobs than this are read faster than packs are planned for.
_FEW = 500
# After an interruption, how many blobs that may hold something are still looked at.
_LAST = 64


class Families(NamedTuple):
    """A worker's task: families of one pack."""

    pack: int
    roots: tuple[int, ...]
    blobs: int

    def __len__(self) -> int:
        return self.blobs


@dataclass(frozen=True, slots=True)
class Walked:
    """What a task gave: blobs that were looked at, their sizes, and which of them the ordinary way has to read."""

    pack: int
    blobs: array[int]
    sizes: array[int]
    unproved: list[int]


class Walker:
    """Walks families of packs, and reads other batches the ordinary way; what a worker process runs."""

    def __init__(self, plans: Sequence[pack.Plan], matcher: Matcher, reader: Reader) -> None:
        self._plans, self._matcher, self._reader = plans, matcher, reader

    def __call__(self, task: Any) -> Part:
        """What the task gives."""
        if not isinstance(task, Families):
            return self._reader(task)
        plan = self._plans[task.pack]
        judge = Judge(self._matcher)
        left = [blob for root in task.roots for blob in pack.walk(plan, root, judge)]
        walked = Walked(task.pack, judge.blobs, judge.sizes, judge.hot + left)
        return Part(count=len(task), walked=walked, size=sum(judge.sizes))


class Packs:
    """The packs of a repository, and which of their blobs are wanted, under which path."""

    def __init__(self, plans: Sequence[pack.Plan]) -> None:
        self.plans = plans
        self._walked: list[Walked] = []
        # For each blob the number of its path, 0 for one that is not wanted. Paths are few: versions share them.
        self._paths = [array("I", bytes(4 * len(plan))) for plan in plans]
        self._texts: dict[bytes, int] = {}

    def tasks(self, jobs: int) -> list[Families]:
        """All families in tasks of about the same weight, the heaviest first."""
        total = sum(plan.weights[root] for plan in self.plans for root in plan.roots)
        share = total // ((jobs or parallel.cores()) * _SHARES) + 1
        found = []
        for number, plan in enumerate(self.plans):
            weight, roots = 0, []
            for root in sorted(plan.roots, key=plan.weights.__getitem__, reverse=True):
                roots.append(root)
                weight += plan.weights[root]
                if weight >= share:
                    found.append(Families(number, tuple(roots), sum(len(plan.family(r)) for r in roots)))
                    weight, roots = 0, []
            if roots:
                found.append(Families(number, tuple(roots), sum(len(plan.family(r)) for r in roots)))
        return found

    def others(self, items: Iterable[Listed]) -> Iterator[Listed]:
        """Those of `items` that stand in no pack; the packs note that they want the rest."""
        for item in items:
            if not self._take(item):
                yield item

    def _take(self, item: Listed) -> bool:
        name = unhexlify(item.oid)
        for plan, paths in zip(self.plans, self._paths, strict=True):
            blob = plan.find(name)
            if blob >= 0:
                paths[blob] = self._texts.setdefault(item.path, len(self._texts) + 1)
                return True
        return False

    def receive(self, walked: Walked) -> None:
        """Keep what a task gave."""
        self._walked.append(walked)

    def unproved(self) -> list[Listed]:
        """The wanted blobs that may hold something, or were not looked at."""
        texts = [b"", *self._texts]
        found: list[Listed] = []
        for walked in self._walked:
            paths, plan = self._paths[walked.pack], self.plans[walked.pack]
            wanted = (blob for blob in walked.unproved if paths[blob])
            found.extend(Listed(hexlify(plan.id(blob)), texts[paths[blob]]) for blob in wanted)
        return found

    def count(self, job: Job, tally: Tally) -> None:
        """Count the wanted blobs that hold nothing, and remember them."""
        for walked in self._walked:
            paths, plan, unproved = self._paths[walked.pack], self.plans[walked.pack], set(walked.unproved)
            pairs = zip(walked.blobs, walked.sizes, strict=True)
            proved = [(blob, size) for blob, size in pairs if paths[blob] and blob not in unproved]
            tally.blobs += len(proved)
            tally.bytes += sum(size for _, size in proved)
            if job.seen is not None:
                job.seen.add(b"".join(plan.id(blob) for blob, _ in proved))


def serves(job: Job) -> bool:
    """Whether walking packs is wanted: it looks at all blobs, so not where most are known to hold nothing."""
    if job.packs is not None:
        return job.packs
    return FASTER and (job.seen is None or job.seen.empty)


def scan(job: Job, listings: Sequence[Iterable[Listed]], tally: Tally) -> None:
    """Scan what is listed of a whole history and add what it holds to `tally`, as `audit.scan_objects` does.

    An interruption passes through; `tally` then holds what was found until then.
    """
    packs = Packs(plans_of(job.git))
    if sum(map(len, packs.plans)) < _FEW:
        scan_objects(job, all_batches(job, listings), tally)
        return
    reader = Reader(job.git, job.matcher, job.options)
    tasks = packs.tasks(job.jobs)
    others = packs.others(chain.from_iterable(listings))
    batches = chain(tasks, all_batches(job, [others]))
    try:
        scan_objects(job, batches, tally, Walker(packs.plans, job.matcher, reader), len(tasks), packs.receive)
    except KeyboardInterrupt:
        tally.add(reader(packs.unproved()[:_LAST]).tally)
        raise
    packs.count(job, tally)
    scan_objects(job, objects.batches(packs.unproved(), size=64), tally)


def plans_of(git: Git) -> list[pack.Plan]:
    """The plans for the repository's own packs, the largest first; a pack that git has to read itself has none."""
    where = git.ask("rev-parse", "--git-path", "objects/pack") or b""
    directory = os.path.join(git.directory, os.fsdecode(where))  # noqa: PTH118 - git's own bytes
    width = 32 if git.ask("rev-parse", "--show-object-format") == b"sha256" else 20
    files: list[tuple[int, str]] = []
    with suppress(OSError), os.scandir(directory) as entries:
        files = [(-entry.stat().st_size, entry.path) for entry in entries if entry.name.endswith(".pack")]
    plans = []
    for _, file in sorted(files):
        with suppress(pack.PackError, OSError):
            plans.append(pack.plan(file, width))
    return plans
