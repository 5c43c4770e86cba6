"""Batches of objects over processes: counted, stored, and ended early by an interruption."""

from __future__ import annotations

import pytest

from keyscan.engine.matcher import Matcher
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.git.command import Git
from keyscan.git.objects import Listed
from keyscan.history.batch import BatchResult, HistoryJob
from keyscan.history.clean_objects import CleanObjects
from keyscan.history.pipeline import scan_batches, unknown_batches
from keyscan.model.blob import Skip
from keyscan.scan.result import ScanOptions, ScanResult

LISTED = [Listed(str(number).encode() * 40, b"path%d" % number) for number in range(1, 6)]


def job(**changes) -> HistoryJob:
    """A job in this process, without rules."""
    return HistoryJob(Git("."), Matcher([], KeywordPrefilter([])), ScanOptions(), jobs=1, **changes)


def work(batch) -> BatchResult:
    """What a scan of a batch could give: every object is clean, the last one remains."""
    found = ScanResult(blobs=len(batch), bytes=10 * len(batch))
    return BatchResult(found, b"".join(bytes.fromhex(item.oid.decode()) for item in batch), len(batch), (batch[-1],))


def test_results_add_up():
    """Counts, what remains, and Skips among the batches are all in the result."""
    skip = Skip("history", "gone", incomplete=True)
    result = scan_batches(job(), [LISTED[:2], skip, LISTED[2:]], work)
    assert (result.result.blobs, result.result.bytes, result.result.interrupted) == (5, 50, False)
    assert result.result.skipped == (skip,)
    assert result.remaining == (LISTED[1], LISTED[4])


def test_progress_says_how_far_it_is():
    """After each batch: objects, bytes, how many are listed so far."""
    calls = []
    batches = [LISTED[:2], LISTED[2:]]
    progress = lambda done, size, listed, *, final: calls.append((done, size, listed, final))  # noqa: E731
    scan_batches(job(progress=progress), batches, work)
    assert [call[:2] for call in calls] == [(2, 20), (5, 50)]
    assert calls[-1][2] == 5


def test_what_contains_nothing_is_not_read_again():
    """Keys of clean objects go to the store, and a second run leaves these objects out."""
    store = CleanObjects("pipeline", 20)
    scan_batches(job(store=store), [LISTED[:3]], work)
    store.save()
    known = CleanObjects("pipeline", 20)
    (batch,) = unknown_batches(job(store=known), (LISTED[:3], LISTED[2:]))
    assert {item.oid for item in batch} == {item.oid for item in LISTED[3:]}


def test_batches_of_several_listings_have_the_size_that_is_asked_for():
    """Listings are joined, Skips pass."""
    skip = Skip("history", "gone")
    made = list(unknown_batches(job(), ([*LISTED[:1], skip], LISTED[1:]), size=2))
    assert made[0] is skip
    assert [len(batch) for batch in made[1:]] == [2, 2, 1]


@pytest.mark.parametrize("where", ["work", "listing"])
def test_an_interruption_keeps_what_was_found(where):
    """What was scanned before it is in the result, which says that batches are missing."""

    def batches():
        yield LISTED[:2]
        if where == "listing":
            raise KeyboardInterrupt
        yield LISTED[2:]

    def interrupted(batch):
        if where == "work" and batch != LISTED[:2]:
            raise KeyboardInterrupt
        return work(batch)

    result = scan_batches(job(), batches(), interrupted)
    assert result.result.interrupted
    assert result.result.blobs == (2 if where == "work" else result.result.blobs)
