"""Batches of objects scanned over processes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any

from keyscan.git import objects
from keyscan.history.object_scanner import ObjectScanner
from keyscan.model.blob import Skip
from keyscan.scan.result import ScanResult, joined
from keyscan.scan.scanner import until_lost
from keyscan.support import process_pool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from keyscan.git.objects import Listed
    from keyscan.history.batch import BatchResult, HistoryJob


@dataclass(frozen=True, slots=True)
class PipelineResult:
    """The sum of the results of all batches; `remaining` objects still have to be read."""

    result: ScanResult
    remaining: tuple[Listed, ...] = ()


def scan_batches(
    job: HistoryJob, batches: Iterable[Any], work: Callable[[Any], BatchResult] | None = None
) -> PipelineResult:
    """Scan all `batches` over the job's processes with `work` (None: read and scan objects).

    Keys of objects that contain nothing go to the job's store. An interruption ends the scan early.
    """
    counter = _Counter(batches)
    results: list[ScanResult] = []
    remaining: list[Listed] = []
    interrupted = False
    done = size = 0
    work = work or ObjectScanner(job.git, job.matcher, job.options)
    try:
        for part in until_lost(process_pool.stream(work, counter, job.jobs)):
            if isinstance(part, Skip):
                results.append(ScanResult(skipped=(part,)))
                continue
            results.append(part.result)
            if job.store is not None:
                job.store.add(part.clean)
            remaining += part.remaining
            done += part.count
            size += part.result.bytes
            if job.progress is not None:
                job.progress(done, size, counter.listed, final=counter.final)
    except KeyboardInterrupt:
        interrupted = True
    results.append(ScanResult(skipped=tuple(counter.skips), interrupted=interrupted))
    return PipelineResult(joined(results), tuple(remaining))


class _Counter:
    """Passes batches on and counts the objects in them."""

    def __init__(self, batches: Iterable[Sequence[Listed]]) -> None:
        self._batches, self.listed, self.final = batches, 0, False
        self.skips: list[Skip] = []

    def __iter__(self) -> Iterator[Sequence[Listed]]:
        for batch in self._batches:
            if isinstance(batch, Skip):
                self.skips.append(batch)
                continue
            self.listed += len(batch)
            yield batch
        self.final = True


def unknown_batches(
    job: HistoryJob, listings: Sequence[Iterable[Listed | Skip]], size: int = objects.BATCH
) -> Iterator[list[Listed] | Skip]:
    """The listings' objects in batches, without those that are known to contain nothing; and their Skips."""
    items: Iterable[Listed | Skip] = chain.from_iterable(listings)
    return objects.batches(items if job.store is None else job.store.unknown(items), size=size)
