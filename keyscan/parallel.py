"""Work spread over processes; the same results whatever their number, so callers sort what they gather."""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

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


def _can_fork() -> bool:
    """Whether a forked process inherits the compiled rules safely: not on Windows, nor on macOS."""
    return sys.platform.startswith(("linux", "freebsd"))


class _Shared:
    """What forked workers find by inheritance: a matcher cannot be pickled."""

    work: Callable[..., object] | None = None


def _call(task: object) -> object:
    assert _Shared.work is not None  # noqa: S101 - set before the fork
    return _Shared.work(task)
