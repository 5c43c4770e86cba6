"""Spreads work over processes, with the same results whatever their number; lost workers are reported.

Where a forked process inherits the compiled rules safely (Linux), workers are forked. On macOS and Windows they are
started anew, each of which takes as long as keyscan's own start: only work that takes longer than that is spread there.

Each worker has a pipe of its own, which nobody else holds an end of: a worker that is killed is noticed at once, and
one whose parent is killed ends. (`concurrent.futures` hangs for ever in either case on Python before 3.11.5.)
"""

from __future__ import annotations

import os
import signal
import sys
import time
from contextlib import contextmanager, suppress
from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

from keyscan.errors import WorkerError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from multiprocessing.connection import Connection
    from multiprocessing.context import BaseContext

Task = TypeVar("Task")
Result = TypeVar("Result")

# Seconds of work that are done in this process before others are started anew.
_PATIENCE = 1.0
# Tasks that wait or run for each process: none waits for the next while there are any.
_AHEAD = 3
# Processes for each core: a scanned repository's configuration may ask for any number.
_MAX_PER_CORE = 8
# Windows can wait for no more than 63 handles at once.
_MAX_ON_WINDOWS = 60
# Seconds that a worker is given to end before it is killed.
_GRACE = 2.0
_LOST = "a worker process was ended from outside (for lack of memory?); try again with --jobs 1"

_NOT_STARTED = "a worker process cannot be started ({}); try again with --jobs 1"


def cores() -> int:
    """The processors that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def stream(work: Callable[[Task], Result], tasks: Iterable[Task], jobs: int = 0, least: int = 2) -> Iterator[Result]:
    """The results of `work` over `tasks` that come one by one, in any order; few tasks are ahead at a time.

    In `jobs` processes (0: one per core), unless there are fewer tasks than `least`. What `tasks` or `work` raise is
    raised here, and WorkerError when a process ends before its work does. `work` is pickled where processes are
    started anew.
    """
    count = min(jobs or cores(), _MAX_PER_CORE * cores())
    waiting = iter(tasks)
    first = list(islice(waiting, least))
    waiting = chain(first, waiting)
    if count <= 1 or len(first) < least:
        yield from map(work, waiting)
        return
    import multiprocessing

    if sys.platform == "win32":
        count = min(count, _MAX_ON_WINDOWS)
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
    pool = _Pool(context, count, work)
    try:
        for task in tasks:
            while not pool.submit(task):
                yield from pool.results()
        while pool.running:
            yield from pool.results()
    finally:
        pool.close()


class _Pool:
    """Worker processes and the tasks that they have."""

    def __init__(self, context: BaseContext, count: int, work: Callable[..., Any]) -> None:
        self._context, self._count, self._work = context, count, work
        self._workers: dict[Connection, Any] = {}
        self._loads: dict[Connection, int] = {}

    @property
    def running(self) -> int:
        """The tasks that are not done."""
        return sum(self._loads.values())

    def submit(self, task: object) -> bool:
        """Give a task to a worker, if one has room for it; WorkerError if a worker was lost."""
        free = min(self._loads, key=self._loads.__getitem__, default=None)
        if (free is None or self._loads[free]) and len(self._workers) < self._count:
            free = self._start()
        if free is None or self._loads[free] >= _AHEAD:
            return False
        try:
            free.send(task)
        except OSError as error:
            raise WorkerError(_LOST) from error
        self._loads[free] += 1
        return True

    def results(self) -> list[Any]:
        """The results that workers have, once there are any; what a task raised is raised."""
        from multiprocessing.connection import wait

        results = []
        busy: list[Any] = [connection for connection, load in self._loads.items() if load]
        ready: list[Any] = wait(busy)
        for connection in ready:
            try:
                failed, value = connection.recv()
            except (EOFError, OSError) as error:
                raise WorkerError(_LOST) from error
            self._loads[connection] -= 1
            if failed:
                raise value
            results.append(value)
        return results

    def _start(self) -> Connection:
        """Start a worker; its connection."""
        ours, theirs = self._context.Pipe()
        # What a forked worker inherits and must not hold: ends of other workers' pipes, and our end of its own.
        inherited = (*self._workers, ours) if self._context.get_start_method() == "fork" else ()
        process = self._context.Process(target=_serve, args=(self._work, theirs, inherited), daemon=True)  # type: ignore[attr-defined]
        try:
            with _no_interrupt(), safe_path():
                process.start()
        except OSError as error:
            ours.close()
            raise WorkerError(_NOT_STARTED.format(error.strerror)) from error
        finally:
            theirs.close()
        self._workers[ours] = process
        self._loads[ours] = 0
        return ours

    def close(self) -> None:
        """End the workers: those that still work are wanted by nobody, after an error or an interruption."""
        for connection, process in self._workers.items():
            if self._loads[connection]:
                process.terminate()
            connection.close()
        for process in self._workers.values():
            process.join(_GRACE)
            if process.exitcode is None:
                process.kill()
                process.join()
            process.close()


def _serve(work: Callable[[Any], Any], connection: Connection, inherited: Sequence[Connection]) -> None:
    """Do the tasks that come, until no more will; what a worker process runs.

    Ctrl-C is left to the parent, which stops its workers; the gits that workers start inherit this.
    """
    from queue import SimpleQueue
    from threading import Thread

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    for other in inherited:
        other.close()
    # Read at once, so that neither side ever waits for the other to read.
    tasks: SimpleQueue[Any] = SimpleQueue()
    try:
        Thread(target=_receive, args=(connection, tasks), daemon=True).start()
    except (RuntimeError, MemoryError):  # for lack of memory: the parent notices that this process ends
        return
    while (item := tasks.get()) is not None:
        try:
            result = (False, work(item[0]))
        except Exception as error:  # noqa: BLE001 - it is raised in the parent
            result = (True, error)
        try:
            connection.send(result)
        except OSError:  # the parent is gone
            return
        except Exception as error:  # noqa: BLE001 - a result that cannot be pickled
            connection.send((True, WorkerError(f"a worker's result cannot be sent: {type(error).__name__}")))


def _receive(connection: Connection, tasks: Any) -> None:
    """Put what the parent sends into `tasks`, each in a tuple; None at the end, also when the parent is gone."""
    with suppress(EOFError, OSError):
        while True:
            tasks.put((connection.recv(),))
    tasks.put(None)


@contextmanager
def _no_interrupt() -> Iterator[None]:
    """Hold back Ctrl-C while a process is started, which would be half a worker then."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def safe_path() -> Iterator[None]:
    """Have new processes import nothing from the current directory, which is the scanned repository."""
    before = os.environ.get("PYTHONSAFEPATH")
    os.environ["PYTHONSAFEPATH"] = "1"
    try:
        yield
    finally:
        if before is None:
            del os.environ["PYTHONSAFEPATH"]
        else:
            os.environ["PYTHONSAFEPATH"] = before


def _can_fork() -> bool:
    """Whether a forked process inherits the compiled rules safely: not on Windows, nor on macOS."""
    return sys.platform.startswith(("linux", "freebsd"))
