"""The fast path of the history audit: packs are walked by their deltas, and only what is new is looked at.

Each family of versions is rebuilt from the pack in memory (`keyscan/git/pack/reader.py`), the hits of the prefilter
are carried from version to version (`keyscan/history/versions.py`), and what was hit is confirmed there and then, as
the ordinary path (`keyscan/history/object_scanner.py`) does. That one reads the rest: what is in no pack, or does not
fit in memory. So both ways report the same.
"""

from __future__ import annotations

import os
from array import array
from binascii import hexlify
from contextlib import suppress
from dataclasses import dataclass
from functools import cached_property
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from keyscan.git import objects
from keyscan.git.objects import Listed
from keyscan.git.pack import reader as pack
from keyscan.git.pack.index import PackError
from keyscan.history.object_scanner import SHORT, Part, Reader, all_batches, scan_objects
from keyscan.history.versions import Judge

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyscan.git.command import Git
    from keyscan.history.appearances import Written
    from keyscan.history.object_scanner import Job
    from keyscan.scan.scanner import Tally

# So many blobs are looked up to tell whether most are known.
_SAMPLE = 500
# Compressed bytes of a task: large enough to be worth sending, small enough that the last ones end together.
_SHARE = 256 * 1024
# Commits of a task.
_MESSAGES = 2000
# Fewer blobs than this are read faster than packs are planned for.
_FEW = 500


@dataclass(frozen=True, slots=True)
class Families:
    """A worker's task: families of one pack, and the paths of those of their blobs that are wanted."""

    pack: int
    roots: tuple[int, ...]
    paths: dict[int, bytes]

    def __len__(self) -> int:
        return len(self.paths)


@dataclass(frozen=True, slots=True)
class Messages:
    """A worker's task: commits of one pack, by number."""

    pack: int
    commits: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.commits)


class Walker:
    """Walks families of packs, and reads other batches the ordinary way; what a worker process runs."""

    def __init__(self, plans: Sequence[pack.Plan], reader: Reader) -> None:
        self._plans, self._reader = plans, reader

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels to worker processes without the plans, which take each less time to make than to send."""
        return _travelled, (self._reader,)

    def __call__(self, task: Any) -> Part:
        """What the task gives."""
        if isinstance(task, Messages):
            return self._messages(task)
        if not isinstance(task, Families):
            return self._reader(task)
        plan, part = self._plans[task.pack], Part()
        judge = Judge(plan, task.paths, part, self._reader, self._reader.versions)
        left = pack.walk(plan, list(task.roots), judge)
        part.left = [judge.item(blob) for blob in left if blob in task.paths]
        part.count = len(task) - len(part.left)
        part.tally.files = 0
        return part

    def _messages(self, task: Messages) -> Part:
        plan, part = self._plans[task.pack], Part()
        items = [Listed(hexlify(plan.index.id(plan.commits[number])), b"") for number in task.commits]
        contents = pack.commits(plan, list(task.commits), SHORT)
        read = [(item, data) for item, data in zip(items, contents, strict=True) if data is not None]
        self._reader.scan_messages(read, part)
        part.left = [item for item, data in zip(items, contents, strict=True) if data is None]
        part.count = len(read)
        part.tally.files = 0
        return part


def _travelled(reader: Reader) -> Walker:
    return Walker(plans_of(reader.git), reader)


class Packs:
    """The packs of a repository, and which of their blobs are wanted, under which path."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._texts: dict[bytes, int] = {b"": 1}

    @cached_property
    def plans(self) -> list[pack.Plan]:
        """The plan of each pack that can be walked."""
        return plans_of(self._git)

    @cached_property
    def _paths(self) -> list[array[int]]:
        # For each blob the number of its path, 0 for one that is not wanted. Paths are few: versions share them.
        return [array("I", bytes(4 * len(plan))) for plan in self.plans]

    @cached_property
    def _commits(self) -> list[list[int]]:
        # For each pack the numbers of the commits that are wanted.
        return [[] for _ in self.plans]

    def others(self, items: Iterable[Listed]) -> list[Listed]:
        """Those of `items` that stand in no pack; the packs note that they want the rest."""
        left, texts = list(items), self._texts
        for plan, paths, commits in zip(self.plans, self._paths, self._commits, strict=True):
            numbers = [texts.setdefault(path, len(texts) + 1) for _, path in left]
            rest = plan.claim([oid for oid, _ in left], numbers, paths, commits)
            left = [left[at] for at in rest]
        return left

    def tasks(self) -> Iterator[Families | Messages]:
        """The families with wanted blobs, the heaviest first, small ones together; then the commits."""
        texts = [b"", *self._texts]
        for number, (plan, paths) in enumerate(zip(self.plans, self._paths, strict=True)):
            weight, roots, wanted = 0, [], {}
            for root in sorted(plan.roots, key=plan.weights.__getitem__, reverse=True):
                family = {blob: texts[paths[blob]] for blob in plan.family(root) if paths[blob]}
                if not family:
                    continue
                roots.append(root)
                wanted.update(family)
                weight += plan.weights[root]
                if weight >= _SHARE:
                    yield Families(number, tuple(roots), wanted)
                    weight, roots, wanted = 0, [], {}
            if roots:
                yield Families(number, tuple(roots), wanted)
        for number, commits in enumerate(self._commits):
            ordered = sorted(commits)
            for at in range(0, len(ordered), _MESSAGES):
                yield Messages(number, tuple(ordered[at : at + _MESSAGES]))


def serves(job: Job) -> bool:
    """Whether packs may be walked."""
    return job.matcher.local and job.packs is not False


def sure(job: Job) -> bool:
    """Whether walking is wanted whatever the blobs are, so that plans can be made before any is known."""
    return bool(job.packs) or (pack.COMPILED and (job.seen is None or job.seen.empty))


def worth_it(job: Job, wrote: Written | None) -> bool:
    """Whether walking packs is likely to be faster than having git read what commits `wrote`.

    Where the reader is not compiled it is not: rebuilding a version takes longer than git does and than comparing it
    with the one before (`benchmarks/pack.py`).
    """
    if job.packs or wrote is None:
        return sure(job)
    if len(wrote) < _FEW or not pack.COMPILED:
        return False
    if job.seen is None:
        return True
    # A walk looks at all blobs: too much where most are known to hold nothing.
    sample = list(islice(wrote.listed(), 0, None, len(wrote) // _SAMPLE or 1))
    return 2 * job.seen.known(sample) <= len(sample)


def scan(job: Job, packs: Packs, listings: Sequence[Iterable[Listed]], tally: Tally) -> None:
    """Scan what stands in packs by these and the rest of the `listings` the ordinary way, as `scan_objects` does.

    An interruption passes through; `tally` then holds what was found until then.
    """
    items = chain.from_iterable(listings)
    others = packs.others(items if job.seen is None else job.seen.unknown(items))
    batches = chain(packs.tasks(), all_batches(job, [others]))
    left: list[Listed] = []
    scan_objects(job, batches, tally, Walker(packs.plans, Reader(job.git, job.matcher, job.options)), left)
    scan_objects(job, objects.batches(left, size=64), tally)


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
        with suppress(PackError, OSError):
            plans.append(pack.plan(file, width))
    return plans
