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
from typing import TYPE_CHECKING, TypeVar

from keyscan.errors import WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from multiprocessing.context import BaseContext

Task = TypeVar("Task")
Result = TypeVar("Result")

# Seconds of work that are done in this process before others are started anew.
_PATIENCE = 1.0
# Tasks that wait or run, a process: none waits for the next while there are any.
_AHEAD = 3
# Windows can wait for no more than 63 handles at once.
_MOST_ON_WINDOWS = 60
_LOST = "a worker process was ended from outside (for want of memory?); try again with --jobs 1"


def cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def stream(work: Callable[[Task], Result], tasks: Iterable[Task], jobs: int = 0, least: int = 2) -> Iterator[Result]:
    """The results of `work` over `tasks` that come one by one, in any order; few tasks are ahead at a time.

    In `jobs` processes (0: one a core), unless there are fewer tasks than `least`. What `tasks` raises is raised
    here, and WorkerError when a process ends before its work does. `work` is pickled where processes are started anew.
    """
    count = jobs or cores()
    waiting = iter(tasks)
    first = list(islice(waiting, least))
    waiting = chain(first, waiting)
    if count <= 1 or len(first) < least:
        yield from map(work, waiting)
        return
    import multiprocessing

    if sys.platform == "win32":
        count = min(count, _MOST_ON_WINDOWS)
    if _can_fork():
        yield from _pooled(multiprocessing.get_context("fork"), count, work, waiting)
        return
    end = time.monotonic() + _PATIENCE
    for task in waiting:
        yield work(task)
        if time.monotonic() > end:
            break
    for task in waiting:
        yield from _pooled(multiprocessing.get_context("spawn"), count, work, chain([task], waiting))


def _pooled(
    context: BaseContext, count: int, work: Callable[[Task], Result], tasks: Iterator[Task]
) -> Iterator[Result]:
    """The results of `tasks` from so many processes."""
    import multiprocessing
    from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
    from concurrent.futures.process import BrokenProcessPool

    others = set(multiprocessing.active_children())
    pool, over = ProcessPoolExecutor(count, context, _start, (work,)), False
    try:
        running = {pool.submit(_call, task) for task in islice(tasks, _AHEAD * count)}
        while running:
            done, running = wait(running, return_when=FIRST_COMPLETED)
            running.update(pool.submit(_call, task) for task in islice(tasks, len(done)))
            for future in done:
                yield future.result()  # type: ignore[misc]
        over = True
    except BrokenProcessPool as error:
        raise WorkerError(_LOST) from error
    finally:
        # What still runs is wanted by nobody: after an error, or an interruption.
        for child in set(multiprocessing.active_children()) - others if not over else ():
            child.terminate()
        pool.shutdown(cancel_futures=True)


def _start(work: Callable[..., object]) -> None:
    """Leave Ctrl-C to the parent, which stops its workers; the gits that workers start inherit this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _Worker.work = work


class _Worker:
    """What a worker process does with each task."""

    work: Callable[..., object] | None = None


def _call(task: object) -> object:
    assert _Worker.work is not None  # noqa: S101 - set by `_start`
    return _Worker.work(task)


def _can_fork() -> bool:
    """Whether a forked process inherits the compiled rules safely: not on Windows, nor on macOS."""
    return sys.platform.startswith(("linux", "freebsd"))
