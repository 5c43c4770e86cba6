"""Work spread over processes; the same results whatever their number, so callers sort what they gather.

Where a forked process inherits the compiled rules safely (Linux), workers are forked. On macOS and Windows they are
started anew, which takes each as long as starting keyscan took: only what takes longer than that is spread there.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from itertools import chain, islice
from threading import Event, Semaphore
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.context import BaseContext

Task = TypeVar("Task")
Result = TypeVar("Result")

# Seconds of work that are done in this process before others are started anew.
_PATIENCE = 1.0


def cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def stream(work: Callable[[Task], Result], tasks: Iterable[Task], jobs: int = 0, least: int = 2) -> Iterator[Result]:
    """The results of `work` over `tasks` that come one by one, in any order; few tasks are ahead at a time.

    In `jobs` processes (0: one a core), unless there are fewer tasks than `least`. What `tasks` raises is raised
    here. `work` is pickled where processes are started anew.
    """
    count = jobs or cores()
    waiting = iter(tasks)
    first = list(islice(waiting, least))
    waiting = chain(first, waiting)
    if count <= 1 or len(first) < least:
        yield from map(work, waiting)
        return
    import multiprocessing

    if _can_fork():
        _Shared.work = work
        yield from _pooled(multiprocessing.get_context("fork"), count, None, waiting)
        return
    end = time.monotonic() + _PATIENCE
    for task in waiting:
        yield work(task)
        if time.monotonic() > end:
            break
    for task in waiting:
        yield from _pooled(multiprocessing.get_context("spawn"), count, work, chain([task], waiting))


def _pooled(
    context: BaseContext, count: int, work: Callable[[Task], Result] | None, tasks: Iterable[Task]
) -> Iterator[Result]:
    """The results of `tasks` from so many processes, which get `work`, or have inherited it."""
    room, over = Semaphore(count * 3), Event()
    with context.Pool(count, _start, (work,)) as pool:
        try:
            for result in pool.imap_unordered(_call, _bounded(tasks, room, over)):
                room.release()
                yield result  # type: ignore[misc]
        finally:
            # The pool's own thread may wait for room; the pool, when it is ended, waits for that thread.
            over.set()
            room.release()


def _bounded(tasks: Iterable[Task], room: Semaphore, over: Event) -> Iterator[Task]:
    for task in tasks:
        room.acquire()
        if over.is_set():
            return
        yield task


def _start(work: Callable[..., object] | None) -> None:
    """Leave Ctrl-C to the parent, which stops its workers; the gits that workers start inherit this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if work is not None:
        _Shared.work = work


def _can_fork() -> bool:
    """Whether a forked process inherits the compiled rules safely: not on Windows, nor on macOS."""
    return sys.platform.startswith(("linux", "freebsd"))


class _Shared:
    """What forked workers find by inheritance."""

    work: Callable[..., object] | None = None


def _call(task: object) -> object:
    assert _Shared.work is not None  # noqa: S101 - set before the fork, or by `_start`
    return _Shared.work(task)
