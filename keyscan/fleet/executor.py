"""Audits spread over the workers of a Dask cluster: one that is started here, or a scheduler that is already there."""

from __future__ import annotations

import os
from concurrent.futures import CancelledError
from contextlib import ExitStack, suppress
from hashlib import blake2b
from typing import TYPE_CHECKING, Any, Self

from keyscan._version import __version__
from keyscan.errors import IncompleteError, UsageError
from keyscan.fleet.model import RepositoryResult, Status
from keyscan.fleet.process import AuditProcess
from keyscan.support.process_pool import safe_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.fleet.model import FleetOptions, Task

MISSING = "keyscan fleet needs Dask: pip install 'keyscan-linter[fleet]' (from a clone: pip install '.[fleet]')"
# Times that a task is given to another worker after its own was lost.
ATTEMPTS = 3
# Seconds to wait for the first worker of a scheduler.
_PATIENCE = 30
# Seconds between two looks at whether any worker is left, and how many such looks may find none.
_PAUSE, _LOOKS = 30, 4
_SETTINGS = {
    "distributed.scheduler.allowed-failures": ATTEMPTS,
    "distributed.worker.daemon": False,
    "distributed.comm.timeouts.connect": "10s",
    "distributed.admin.system-monitor.interval": "5s",
    "distributed.worker.profile.enabled": False,
    "distributed.worker.memory.target": False,
    "distributed.worker.memory.spill": False,
}


class SchedulerLost(IncompleteError):  # noqa: N818 - named by what happened
    """The scheduler, its workers or the connection are gone; what was finished is in the state."""


def run_task(task: Task, plugin_name: str) -> RepositoryResult:
    """Audit one repository on the worker that this runs on, by the process that the worker keeps for it."""
    from distributed import get_worker

    plugin: Any = get_worker().plugins[plugin_name]
    if plugin.version != __version__:
        reason = f"its worker has keyscan {__version__}, not {plugin.version}: install the same version on all machines"
        return RepositoryResult(task.repository, Status.FAILED, reason)
    result: RepositoryResult = plugin.process.audit(task)
    return result


class AuditPlugin:
    """Gives each worker its audit process, and ends it with the worker. Sent to the workers by pickle."""

    def __init__(self, options: FleetOptions) -> None:
        self._options = options
        self.version = __version__
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
        self._cluster = None
        # Two fleets on one scheduler must not share a plugin: the options, salt among them, are a fleet's own. The same
        # fleet's next run replaces the plugin of one that was killed, and so ends what that had in flight.
        self._plugin = "keyscan-audit-" + blake2b(options.salt.encode(), digest_size=8).hexdigest()
        self._futures: dict[Any, Task] = {}
        dask.config.set(_SETTINGS)
        # As long as there is a cluster here: it starts another worker for each that is lost.
        self._surroundings = ExitStack()
        try:
            if scheduler is None:
                self._surroundings.enter_context(safe_path())
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
        except (OSError, RuntimeError, ValueError) as error:
            self._surroundings.close()
            what = f"--scheduler {scheduler}: does not answer" if scheduler else "the workers cannot be started here"
            raise IncompleteError(f"{what}: {type(error).__name__}") from None
        except BaseException:
            self._surroundings.close()
            _close_half_started()
            raise
        try:
            self._prepare(scheduler, type("KeyscanAuditPlugin", (AuditPlugin, WorkerPlugin), {}), options)
        except BaseException:
            self.close()
            raise

    def _prepare(self, scheduler: str | None, plugin: Any, options: FleetOptions) -> None:
        """Wait for a worker, and give all workers, present and future, their audit process.

        `plugin`: a subclass of Dask's own class, which must not be imported before it is known to be there.
        """
        try:
            self._client.wait_for_workers(1, timeout=_PATIENCE)
        except (TimeoutError, OSError):
            where = scheduler or "this machine's cluster"
            raise IncompleteError(f"{where}: no worker within {_PATIENCE} s; start one: dask worker {where}") from None
        try:
            self._client.register_plugin(plugin(options), name=self._plugin)
        except (OSError, TimeoutError) as error:
            raise SchedulerLost(_lost(error)) from None
        except Exception as error:  # noqa: BLE001 - whatever a worker without keyscan, or with another one, raises
            what = f"{type(error).__name__}: {error}"[:200]
            hint = f"install keyscan-linter[fleet] {__version__} on every machine"
            raise IncompleteError(f"the workers cannot audit ({what}): {hint}") from None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def workers(self) -> int:
        """How many tasks can run at once; at least one."""
        return max(1, self._worker_count())

    def _worker_count(self) -> int:
        with suppress(Exception):
            return len(self._client.scheduler_info(n_workers=-1)["workers"])
        return 0

    def submit(self, task: Task) -> None:
        """Queue `task`; its result comes from `completed`."""
        future = self._client.submit(run_task, task, self._plugin, pure=False, retries=0)
        self._futures[future] = task

    @property
    def pending(self) -> int:
        """How many submitted tasks have no result yet."""
        return len(self._futures)

    def completed(self) -> Iterator[tuple[Task, RepositoryResult]]:
        """Wait for at least one result; then all that are there. Nothing when nothing is pending."""
        if not self._futures:
            return
        for future in self._wait():
            task = self._futures.pop(future)
            yield task, self._result(future, task)
            future.release()

    def _wait(self) -> set[Any]:
        """The futures that are done, at least one; SchedulerLost where none will ever be."""
        from distributed import wait

        without_workers = 0
        while True:
            try:
                done: set[Any] = wait(list(self._futures), timeout=_PAUSE, return_when="FIRST_COMPLETED").done
            except (OSError, CancelledError) as error:
                # TimeoutError is an OSError: nothing was done in time, which is an audit that takes long, or the end.
                if not isinstance(error, TimeoutError) or self._client.status != "running":
                    raise SchedulerLost(_lost(error)) from None
                without_workers = 0 if self._worker_count() else without_workers + 1
                if without_workers >= _LOOKS:
                    raise SchedulerLost("no worker is left; what was finished is kept, run again to go on") from None
                continue
            return done

    def _result(self, future: Any, task: Task) -> RepositoryResult:
        error = future.exception() if future.status == "error" else None
        if future.status == "finished":
            result: RepositoryResult = future.result()
            return result
        if future.status in {"cancelled", "lost"}:
            raise SchedulerLost(_lost(None))
        name = type(error).__name__
        if name == "KilledWorker":
            return RepositoryResult(task.repository, Status.FAILED, f"its worker was lost {ATTEMPTS} times")
        return RepositoryResult(task.repository, Status.FAILED, f"its worker failed: {name}", retry=True)

    def close(self) -> None:
        """Cancel what runs and stop the cluster that was started here; a scheduler of somebody else's goes on."""
        with suppress(Exception):
            self._client.cancel(list(self._futures), force=True)
        with suppress(Exception):
            self._client.unregister_worker_plugin(self._plugin)
        with suppress(Exception):
            self._client.close(timeout=5)
        if self._cluster is not None:
            with suppress(Exception):
                self._cluster.close(timeout=10)
        self._surroundings.close()


def _close_half_started() -> None:
    """Close a cluster whose start was interrupted, which nobody holds.

    Dask would do it when Python exits, and show a traceback of what had not started yet.
    """
    import atexit
    import logging

    from distributed.deploy import spec

    # Its tasks fail one after the other, each with a traceback.
    logging.getLogger("asyncio").disabled = True
    with suppress(Exception):
        for cluster in list(spec.SpecCluster._instances):  # noqa: SLF001 - Dask lists them nowhere else
            with suppress(Exception):
                cluster.close(timeout=10)
        atexit.unregister(spec.close_clusters)


def _lost(error: Exception | None) -> str:
    name = f" ({type(error).__name__})" if error else ""
    return f"the scheduler is gone{name}; what was finished is kept, run the command again to go on"
