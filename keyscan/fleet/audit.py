"""A run over a fleet: bounded work in flight, every result stored when it comes, every repository accounted for."""

from __future__ import annotations

from collections import deque
from dataclasses import replace
from math import ceil
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from keyscan.fleet.executor import ATTEMPTS
from keyscan.fleet.inventory import stored_size
from keyscan.fleet.model import RepositoryResult, Status, Task

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyscan.fleet.model import FleetOptions, Repository
    from keyscan.fleet.store import Store

# Tasks in flight for each worker: one runs, one waits, so that no worker idles between two.
_AHEAD = 2
# What a clone is taken to need where the forge gives no size, in bytes.
_UNKNOWN_SIZE = 256 << 20


class Executor(Protocol):
    """What runs tasks: `executor.DaskExecutor`, or a substitute in tests."""

    @property
    def workers(self) -> int:
        """How many tasks run at once."""
        ...

    @property
    def pending(self) -> int:
        """How many submitted tasks have no result yet."""
        ...

    def submit(self, task: Task) -> None:
        """Queue a task."""
        ...

    def completed(self) -> Iterator[tuple[Task, RepositoryResult]]:
        """At least one result, if any is pending."""
        ...


class Listener(Protocol):
    """Receives each repository when it is finished."""

    def __call__(self, result: RepositoryResult, done: int, total: int, /) -> None:
        """`done` of `total` repositories are finished, this one last."""
        ...


class _Disk:
    """The disk budget in bytes: what clones in flight may need, by their key, and what kept ones take."""

    def __init__(self, budget: int) -> None:
        self._budget, self._kept = budget, 0
        self._reserved: dict[str, int] = {}

    def reserve(self, key: str, need: int, *, alone: bool) -> bool:
        """Reserve space for a clone; false if it does not fit. The only one in flight (`alone`) always fits."""
        fits = alone or not self._budget or self._kept + sum(self._reserved.values()) + need <= self._budget
        if fits:
            self._reserved[key] = need
        return fits

    def release(self, key: str, kept: int) -> None:
        """A clone is finished, and `kept` bytes of it stay."""
        self._reserved.pop(key, None)
        self._kept += kept


def run(
    store: Store, executor: Executor, repositories: Sequence[Repository], options: FleetOptions, listener: Listener
) -> None:
    """Audit `repositories` and store each result; an interruption passes through and leaves the state whole."""
    todo = deque(
        _planned([Task(repository, store.known_digest(repository)) for repository in repositories], executor.workers)
    )
    total, done, disk = len(todo), 0, _Disk(options.disk)
    while todo or executor.pending:
        _submit(todo, executor, disk)
        for task, result in executor.completed():
            retried = result.retry and task.attempt < ATTEMPTS
            disk.release(task.repository.key, result.disk if options.keep and not retried else 0)
            if retried:
                todo.appendleft(replace(task, attempt=task.attempt + 1, jobs=1))
                continue
            store.record(_final(result, task))
            done += 1
            listener(result, done, total)


def _planned(tasks: Sequence[Task], workers: int) -> list[Task]:
    """The tasks, the largest first, so that no worker is left alone with one at the end.

    A repository that is larger than what each worker has to do is spread over as many processes as make up for that.
    What an earlier run has audited counts as nothing: only what is new in it will be read.
    """
    sized = [(0 if task.known else _size(task.repository), task) for task in tasks]
    share = sum(size for size, _ in sized) / workers
    ordered = sorted(sized, key=lambda pair: -pair[0])
    return [replace(task, jobs=ceil(size / share)) if size > share else task for size, task in ordered]


def _size(repository: Repository) -> int:
    return repository.size or (stored_size(Path(repository.location)) if repository.local else 0)


def _submit(todo: deque[Task], executor: Executor, disk: _Disk) -> None:
    """Submit what the workers and the disk have room for."""
    most = executor.workers * _AHEAD
    while todo and executor.pending < most:
        repository = todo[0].repository
        need = 0 if repository.local else repository.size or _UNKNOWN_SIZE
        if not disk.reserve(repository.key, need, alone=not executor.pending):
            return
        executor.submit(todo.popleft())


def _final(result: RepositoryResult, task: Task) -> RepositoryResult:
    if result.status is Status.FAILED and result.retry:
        return replace(result, reason=f"{result.reason}, {task.attempt} times")
    return result
