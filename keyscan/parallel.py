"""Work spread over processes; the same results whatever their number, so callers sort what they gather."""

from __future__ import annotations

import os
import signal
import sys
from itertools import chain, islice
from threading import Semaphore
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

Task = TypeVar("Task")
Result = TypeVar("Result")

# Fewer tasks than this are done before processes would have started.
_WORTH_IT = 4


def cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def run(work: Callable[[Task], Result], tasks: Sequence[Task], jobs: int = 0) -> Iterator[Result]:
    """The results of `work` over `tasks`, in any order, from `jobs` processes (0: one a core)."""
    count = min(jobs or cores(), len(tasks))
    if count <= 1 or len(tasks) < _WORTH_IT or not _can_fork():
        yield from map(work, tasks)
        return
    import multiprocessing

    _Shared.work = work
    with multiprocessing.get_context("fork").Pool(count) as pool:
        yield from pool.imap_unordered(_call, tasks)


def stream(work: Callable[[Task], Result], tasks: Iterable[Task], jobs: int = 0) -> Iterator[Result]:
    """The results of `work` over `tasks` that come one by one, in any order; few tasks are ahead at a time.

    What `tasks` raises is raised here. A single task is done in this process.
    """
    count = jobs or cores()
    waiting = iter(tasks)
    first = list(islice(waiting, 2))
    if count <= 1 or len(first) < 2 or not _can_fork():  # noqa: PLR2004 - one task needs no second process
        yield from map(work, chain(first, waiting))
        return
    import multiprocessing

    _Shared.work = work
    context = multiprocessing.get_context("fork")
    room = Semaphore(count * 3)
    with context.Pool(count, _ignore_interrupt) as pool:
        results = pool.imap_unordered(_call, _bounded(chain(first, waiting), room))
        for result in results:
            room.release()
            yield result  # type: ignore[misc]


def _bounded(tasks: Iterable[Task], room: Semaphore) -> Iterator[Task]:
    for task in tasks:
        room.acquire()
        yield task


def _ignore_interrupt() -> None:
    """Leave Ctrl-C to the parent, which stops its workers; the gits that workers start inherit this."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _can_fork() -> bool:
    """Whether a forked process inherits the compiled rules safely: not on Windows, nor on macOS."""
    return sys.platform.startswith(("linux", "freebsd"))


class _Shared:
    """What forked workers find by inheritance: a matcher cannot be pickled."""

    work: Callable[..., object] | None = None


def _call(task: object) -> object:
    assert _Shared.work is not None  # noqa: S101 - set before the fork
    return _Shared.work(task)
