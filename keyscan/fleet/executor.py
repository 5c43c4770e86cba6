"""Audits spread over the workers of a Dask cluster: one that is started here, or a scheduler that is already there."""

from __future__ import annotations

import os
from concurrent.futures import CancelledError
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Self

from keyscan.errors import IncompleteError, UsageError
from keyscan.fleet.model import RepositoryResult, Status
from keyscan.fleet.process import AuditProcess

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.fleet.model import FleetOptions, Task

MISSING = "keyscan fleet needs Dask: pip install 'keyscan-linter[fleet]' (from a clone: pip install '.[fleet]')"
_PLUGIN = "keyscan-audit"
# Times that a task is given to another worker after its own was lost.
ATTEMPTS = 3
_SETTINGS = {
    "distributed.scheduler.allowed-failures": ATTEMPTS,
    "distributed.worker.daemon": False,
    "distributed.comm.timeouts.connect": "10s",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
}


class SchedulerLost(IncompleteError):  # noqa: N818 - it is told as what happened
    """The scheduler, or the connection to it, is gone; what was finished is in the state."""


def run_task(task: Task) -> RepositoryResult:
    """Audit one repository on the worker that this runs on, by the process that the worker keeps for it."""
    from distributed import get_worker

    plugin: Any = get_worker().plugins[_PLUGIN]
    result: RepositoryResult = plugin.process.audit(task)
    return result


class AuditPlugin:
    """Gives each worker its audit process, and ends it with the worker. Sent to the workers by pickle."""

    name = _PLUGIN

    def __init__(self, options: FleetOptions) -> None:
        self._options = options
        self.process: AuditProcess | None = None

    def setup(self, worker: Any) -> None:
        """Called by Dask when the worker starts or the plugin arrives."""
        del worker
        self.process = AuditProcess(self._options)

    def teardown(self, worker: Any) -> None:
        """Called by Dask when the worker stops."""
        del worker
        if self.process is not None:
            self.process.close()


class DaskExecutor:
    """Submits tasks and yields results as they come. Use as a context manager."""

    def __init__(self, options: FleetOptions, scheduler: str | None, jobs: int = 0) -> None:
        """`scheduler`: the address of a scheduler, None for a cluster of `jobs` processes (0: one a core) here."""
        try:
            import dask
            from distributed import Client, LocalCluster
            from distributed.diagnostics.plugin import WorkerPlugin
        except ImportError:
            raise UsageError(MISSING) from None
        self._options, self._cluster = options, None
        # Two runs on one scheduler must not share a plugin: the options, salt among them, are the run's own.
        self._futures: dict[Any, Task] = {}
        dask.config.set(_SETTINGS)
        try:
            if scheduler is None:
                self._cluster = LocalCluster(
                    n_workers=jobs or os.cpu_count() or 1,
                    threads_per_worker=1,
                    processes=True,
                    memory_limit=None,
                    dashboard_address="127.0.0.1:0",
                    silence_logs=50,
                    host="127.0.0.1",
                )
            self._client = Client(self._cluster or scheduler, timeout="15s", set_as_default=True)
        except (OSError, TimeoutError, ValueError) as error:
            raise IncompleteError(f"--scheduler {scheduler}: does not answer: {type(error).__name__}") from None
        # Dask accepts subclasses of its own class only, which must not be imported before it is known to be there.
        made = type("KeyscanAuditPlugin", (AuditPlugin, WorkerPlugin), {})
        self._client.register_plugin(made(options), name=_PLUGIN)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def workers(self) -> int:
        """How many tasks can run at once; at least one."""
        with suppress(Exception):
            return max(1, len(self._client.scheduler_info(n_workers=-1)["workers"]))
        return 1

    def submit(self, task: Task) -> None:
        """Queue `task`; its result comes from `completed`."""
        future = self._client.submit(run_task, task, pure=False, retries=0)
        self._futures[future] = task

    @property
    def pending(self) -> int:
        """How many submitted tasks have no result yet."""
        return len(self._futures)

    def completed(self) -> Iterator[tuple[Task, RepositoryResult]]:
        """Wait for at least one result; then all that are there. Nothing when nothing is pending."""
        if not self._futures:
            return
        from distributed import wait

        try:
            done = wait(list(self._futures), return_when="FIRST_COMPLETED").done
        except (OSError, TimeoutError, CancelledError) as error:
            raise SchedulerLost(_lost(error)) from None
        for future in done:
            task = self._futures.pop(future)
            yield task, self._result(future, task)
            future.release()

    def _result(self, future: Any, task: Task) -> RepositoryResult:
        error = future.exception() if future.status == "error" else None
        if future.status == "finished":
            result: RepositoryResult = future.result()
            return result
        if future.status in {"cancelled", "lost"}:
            raise SchedulerLost(_lost(None))
        name = type(error).__name__
        reason = f"its worker was lost {ATTEMPTS} times" if name == "KilledWorker" else f"its worker failed: {name}"
        return RepositoryResult(task.repository, Status.FAILED, reason)

    def close(self) -> None:
        """Cancel what runs and stop the cluster that was started here; a scheduler of somebody else's goes on."""
        with suppress(Exception):
            self._client.cancel(list(self._futures), force=True)
        with suppress(Exception):
            self._client.unregister_worker_plugin(_PLUGIN)
        with suppress(Exception):
            self._client.close(timeout=5)
        if self._cluster is not None:
            with suppress(Exception):
                self._cluster.close(timeout=10)


def _lost(error: Exception | None) -> str:
    name = f" ({type(error).__name__})" if error else ""
    return f"the scheduler is gone{name}; what was finished is kept, run the command again to go on"
