"""The fast way to scan a history: packs are walked by their deltas, and only what is new is scanned.

Each family of versions is rebuilt from the pack in memory (`keyscan/git/pack/reader.py`), the prefilter's hits are
carried from version to version (`keyscan/history/versions.py`), and what was hit is matched at once, as the general
way (`keyscan/history/object_scanner.py`) does. That one reads the rest: what is in no pack, or does not fit in memory.
So both report the same.
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

from keyscan.engine.decoders import content
from keyscan.git.objects import Listed
from keyscan.git.pack import reader
from keyscan.git.pack.index import PackError
from keyscan.history.object_scanner import SHORT, BatchScan, ObjectScanner
from keyscan.history.pipeline import scan_batches, unknown_batches
from keyscan.model.blob import Skip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyscan.git.command import Git
    from keyscan.git.pack.reader import DeltaForest
    from keyscan.history.appearances import Appearances
    from keyscan.history.batch import BatchResult, HistoryJob
    from keyscan.history.versions import Version
    from keyscan.scan.result import ScanResult

# So many blobs are looked up to tell whether most are known.
_SAMPLE = 500
# Compressed bytes of a task: large enough to be worth sending, small enough that the last ones end together.
_SHARE = 256 * 1024
# Commits of a task.
_COMMITS = 2000
# Fewer blobs than this are read faster than forests are made.
_FEW = 500
# Objects of a batch that packs could not give.
_REMAINING = 64


@dataclass(frozen=True, slots=True)
class FamiliesTask:
    """A worker's task: families of one pack, by their roots, and the paths of those of their blobs that are wanted."""

    pack: int
    roots: tuple[int, ...]
    paths: dict[int, bytes]

    def __len__(self) -> int:
        return len(self.paths)


@dataclass(frozen=True, slots=True)
class CommitsTask:
    """A worker's task: commits of one pack, by number."""

    pack: int
    commits: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.commits)


class VersionVisitor:
    """Scans the wanted blobs of a pack walk, those with `paths`; keeps what is known of each for those made from it."""

    def __init__(self, forest: DeltaForest, paths: dict[int, bytes], scanner: ObjectScanner, batch: BatchScan) -> None:
        self._forest, self._paths, self._versions, self._batch = forest, paths, scanner.versions, batch

    def item(self, blob: int) -> Listed:
        """A blob's listing."""
        return Listed(hexlify(self._forest.id(blob)), self._paths[blob])

    def __call__(
        self, blob: int, data: bytes, changes: list[int] | None, sources: list[int], base: Version | None
    ) -> Version | None:
        """What `reader.walk` calls for each blob after its base; None for what is no plain text."""
        if content.is_plain(data):
            path = self._paths.get(blob)
            version = self._versions.scan(path, data, changes, sources, base)
            if path is not None:
                self._batch.version(self._forest.id(blob), data, version)
            return version
        if blob in self._paths:
            self._batch.object(self.item(blob), b"blob", data)
        return None


class PackScanner:
    """Walks families of packs, and reads other batches the general way; what a worker process runs."""

    def __init__(self, forests: Sequence[DeltaForest], scanner: ObjectScanner) -> None:
        self._forests, self._scanner = forests, scanner

    def __reduce__(self) -> tuple[Any, ...]:
        """Travels to worker processes without the forests, each of which takes less time to make than to send."""
        return _unpickled, (self._scanner,)

    def __call__(self, task: Any) -> BatchResult:
        """What the objects of the task contain."""
        if isinstance(task, CommitsTask):
            return self._commits(task)
        if not isinstance(task, FamiliesTask):
            return self._scanner(task)
        forest, batch = self._forests[task.pack], BatchScan(self._scanner)
        visitor = VersionVisitor(forest, task.paths, self._scanner, batch)
        unread = reader.walk(forest, list(task.roots), visitor)
        remaining = [visitor.item(blob) for blob in unread if blob in task.paths]
        return batch.result(len(task) - len(remaining), remaining)

    def _commits(self, task: CommitsTask) -> BatchResult:
        forest, batch = self._forests[task.pack], BatchScan(self._scanner)
        items = [Listed(hexlify(forest.index.id(forest.commits[number])), b"") for number in task.commits]
        texts = reader.read_commits(forest, list(task.commits), SHORT)
        batch.messages([(item, data) for item, data in zip(items, texts, strict=True) if data is not None])
        remaining = [item for item, data in zip(items, texts, strict=True) if data is None]
        return batch.result(len(items) - len(remaining), remaining)


def _unpickled(scanner: ObjectScanner) -> PackScanner:
    return PackScanner(forests_of(scanner.git), scanner)


class Packs:
    """The packs of a repository, and which of their blobs are wanted, at which path."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._path_numbers: dict[bytes, int] = {b"": 1}

    @cached_property
    def forests(self) -> list[DeltaForest]:
        """The delta forest of each pack that can be walked."""
        return forests_of(self._git)

    @cached_property
    def _wanted(self) -> list[array[int]]:
        # For each blob the number of its path, 0 for one that is not wanted. Paths are few: versions share them.
        return [array("I", bytes(4 * len(forest))) for forest in self.forests]

    @cached_property
    def _commits(self) -> list[list[int]]:
        # For each pack the numbers of the commits that are wanted.
        return [[] for _ in self.forests]

    def claim(self, items: Iterable[Listed | Skip]) -> list[Listed | Skip]:
        """Note which of `items` the packs have and give; returns the others."""
        listed: list[Listed] = []
        skips: list[Listed | Skip] = []
        for item in items:
            if isinstance(item, Skip):
                skips.append(item)
            else:
                listed.append(item)
        texts = self._path_numbers
        for forest, wanted, commits in zip(self.forests, self._wanted, self._commits, strict=True):
            numbers = [texts.setdefault(path, len(texts) + 1) for _, path in listed]
            rest = forest.claim([oid for oid, _ in listed], numbers, wanted, commits)
            listed = [listed[at] for at in rest]
        return [*listed, *skips]

    def tasks(self) -> Iterator[FamiliesTask | CommitsTask]:
        """The families with wanted blobs, the heaviest first, small ones together; then the commits."""
        texts = [b"", *self._path_numbers]
        for pack, (forest, wanted) in enumerate(zip(self.forests, self._wanted, strict=True)):
            weight, roots, paths = 0, [], {}
            for root in sorted(forest.roots, key=forest.weights.__getitem__, reverse=True):
                family = {blob: texts[wanted[blob]] for blob in forest.family(root) if wanted[blob]}
                if not family:
                    continue
                roots.append(root)
                paths.update(family)
                weight += forest.weights[root]
                if weight >= _SHARE:
                    yield FamiliesTask(pack, tuple(roots), paths)
                    weight, roots, paths = 0, [], {}
            if roots:
                yield FamiliesTask(pack, tuple(roots), paths)
        for pack, commits in enumerate(self._commits):
            ordered = sorted(commits)
            for at in range(0, len(ordered), _COMMITS):
                yield CommitsTask(pack, tuple(ordered[at : at + _COMMITS]))


def is_possible(job: HistoryJob) -> bool:
    """Whether packs may be walked."""
    return job.matcher.local and job.packs is not False


def is_certain(job: HistoryJob) -> bool:
    """Whether to make forests before listing blobs: forced by the user, or nothing is known to be clean yet."""
    return bool(job.packs) or (reader.COMPILED and (job.store is None or job.store.empty))


def is_faster(job: HistoryJob, written: Appearances | None) -> bool:
    """Whether walking packs is likely to be faster than having git read the blobs that commits have `written`.

    Where the reader is not compiled it is not: rebuilding a version takes longer than git does and than comparing it
    with the previous one (`benchmarks/pack.py`).
    """
    if job.packs or written is None:
        return is_certain(job)
    if len(written) < _FEW or not reader.COMPILED:
        return False
    if job.store is None:
        return True
    # A walk reads all blobs: too much where most are known to contain nothing.
    sample = list(islice(written.listed(), 0, None, len(written) // _SAMPLE or 1))
    return 2 * job.store.known(sample) <= len(sample)


def scan(job: HistoryJob, packs: Packs, listings: Sequence[Iterable[Listed | Skip]]) -> ScanResult:
    """Scan what packs have of the `listings` by walking them, and the rest the general way."""
    items: Iterable[Listed | Skip] = chain.from_iterable(listings)
    others = packs.claim(items if job.store is None else job.store.unknown(items))
    batches = chain(packs.tasks(), unknown_batches(job, [others]))
    scanner = ObjectScanner(job.git, job.matcher, job.options)
    walked = scan_batches(job, batches, PackScanner(packs.forests, scanner))
    if walked.result.interrupted:
        return walked.result
    return walked.result + scan_batches(job, unknown_batches(job, [walked.remaining], _REMAINING)).result


def forests_of(git: Git) -> list[DeltaForest]:
    """The delta forests of the repository's own packs, the largest first, but those of packs that git has to read."""
    where = git.ask("rev-parse", "--git-path", "objects/pack") or b""
    directory = os.path.join(git.directory, os.fsdecode(where))  # noqa: PTH118 - git's own bytes
    width = 32 if git.ask("rev-parse", "--show-object-format") == b"sha256" else 20
    files: list[tuple[int, str]] = []
    with suppress(OSError), os.scandir(directory) as entries:
        files = [(-entry.stat().st_size, entry.path) for entry in entries if entry.name.endswith(".pack")]
    forests = []
    for _, file in sorted(files):
        with suppress(PackError, OSError):
            forests.append(reader.read_forest(file, width))
    return forests
