"""The joiner for history: every version of every file, once, then where each secret came from.

First all objects are scanned, each once, with only a hint of their path; the provenance of the few that hold
something is looked up afterwards (`keyscan/origins.py`).
"""

from __future__ import annotations

from binascii import unhexlify
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

from keyscan import parallel
from keyscan.engine import contents
from keyscan.model import Blob, Origin
from keyscan.scan import Options, Tally, scan_blob, take
from keyscan.sources import objects
from keyscan.sources.pieces import pieces

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from keyscan.engine.matcher import Matcher
    from keyscan.packaudit import Walked
    from keyscan.seen import Store
    from keyscan.sources.git import Git
    from keyscan.sources.objects import Listed, Read

_KINDS = {b"commit": "commit-message", b"tag": "tag-message"}


class Progress(Protocol):
    """Is told how far a scan is."""

    def __call__(self, done: int, size: int, listed: int, *, final: bool) -> None:
        """`done` objects and `size` bytes of the `listed` so far; `final`: no more will be listed."""
        ...


@dataclass(slots=True)
class Part:
    """What one batch gave: findings with the hint of a path, and the binary ids of objects that hold nothing.

    Where packs were walked instead, `walked` tells what came of it, and `size` how many bytes were looked at.
    """

    tally: Tally = field(default_factory=Tally)
    clean: bytearray = field(default_factory=bytearray)
    count: int = 0
    walked: Walked | None = None
    size: int = 0


@dataclass(frozen=True, slots=True)
class Job:
    """How to scan: shared by all steps. `packs`: whether to walk packs by their deltas; None: where that is faster."""

    git: Git
    matcher: Matcher
    options: Options
    jobs: int = 0
    progress: Progress | None = None
    seen: Store | None = None
    packs: bool | None = None


class Reader:
    """Reads and scans a batch of objects; what a worker process runs."""

    def __init__(self, git: Git, matcher: Matcher, options: Options) -> None:
        matcher.remember()
        self._git, self._matcher, self._options = git, matcher, options
        self._overlap = max((rule.max_length for rule in matcher.rules), default=1) * 2

    def __call__(self, batch: Sequence[Listed]) -> Part:
        """What the objects of `batch` hold."""
        part = Part(count=len(batch))
        for read in objects.read(self._git, batch, part.tally.skipped):
            self._scan(batch[read.number], read, part)
        part.tally.files = 0
        return part

    def _scan(self, item: Listed, read: Read, part: Part) -> None:
        tally = part.tally
        before = len(tally.findings) + len(tally.skipped)
        data = read.data
        if read.kind == b"blob":
            tally.blobs += 1
        elif read.kind in _KINDS:
            tally.commits += read.kind == b"commit"
            data = data[data.find(b"\n\n") + 2 :]
        else:
            return
        if read.rest is not None:
            for piece in pieces(read.rest.read, data, origin_of(item, read.kind), self._overlap):
                scan_blob(piece, self._matcher, self._options, tally)
        else:
            self._scan_whole(item, read.kind, data, tally)
        if len(tally.findings) + len(tally.skipped) == before:
            part.clean += unhexlify(item.oid)

    def _scan_whole(self, item: Listed, kind: bytes, data: bytes, tally: Tally) -> None:
        """Scan an object; nearly all hold nothing, so an origin is made for those that do only."""
        if not contents.is_plain(data):
            scan_blob(Blob(data, origin_of(item, kind)), self._matcher, self._options, tally)
            return
        slow: list[str] = []
        path = item.path.decode("utf-8", "surrogateescape") if item.path else ""
        matches = self._matcher.scan(data, slow, path=path)
        if matches or slow:
            take(Blob(data, origin_of(item, kind)), matches, slow, self._options, tally)
        else:
            tally.bytes += len(data)


def origin_of(item: Listed, kind: bytes = b"blob") -> Origin:
    """Where an object is from, as far as its listing says."""
    oid = item.oid.decode()
    if kind == b"blob":
        return Origin(item.path.decode("utf-8", "surrogateescape") or f"object {oid[:12]}", blob=oid)
    name = _KINDS[kind]
    return Origin(f"{name} {oid[:12]}", kind=name, commit=oid)


def scan_objects(
    job: Job,
    batches: Iterable[Any],
    tally: Tally,
    work: Callable[[Any], Part] | None = None,
    ahead: int = 0,
    receive: Callable[[Walked], None] | None = None,
) -> None:
    """Scan all `batches` over the job's processes and add what they hold to `tally`.

    `work` does a batch, `ahead` batches more than usual may wait, and `receive` takes what walked packs give.
    An interruption passes through; `tally` then holds what was found until then.
    """
    counter = _Counter(batches)
    done = size = 0
    work = work or Reader(job.git, job.matcher, job.options)
    for part in parallel.stream(work, counter, job.jobs, ahead):
        tally.add(part.tally)
        if job.seen is not None:
            job.seen.add(bytes(part.clean))
        if part.walked is not None and receive is not None:
            receive(part.walked)
        done += part.count
        size += part.tally.bytes + part.size
        if job.progress is not None:
            job.progress(done, size, counter.listed, final=counter.final)


class _Counter:
    """Counts what passes."""

    def __init__(self, batches: Iterable[Sequence[Listed]]) -> None:
        self._batches, self.listed, self.final = batches, 0, False

    def __iter__(self) -> Iterator[Sequence[Listed]]:
        for batch in self._batches:
            self.listed += len(batch)
            yield batch
        self.final = True


def all_batches(job: Job, listings: Sequence[Iterable[Listed]]) -> Iterator[list[Listed]]:
    """The listings' objects in batches, without those that are known to hold nothing."""
    items: Iterable[Listed] = chain.from_iterable(listings)
    return objects.batches(items if job.seen is None else job.seen.unknown(items))
