"""Tasks over a Dask cluster: a lost worker's task is done elsewhere; a lost scheduler and a missing extra are said."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

import pytest
from helpers.fleet import options_of
from helpers.repository import Repo

from keyscan.errors import IncompleteError, UsageError
from keyscan.fleet import executor
from keyscan.fleet.model import Repository, Status, Task

pytest.importorskip("distributed", reason="Dask is not installed")


@pytest.fixture
def repositories(tmp_path):
    """Four small repositories."""
    made = []
    for name in "abcd":
        repo = Repo(tmp_path / name)
        repo.stage("a", name)
        repo.commit()
        made.append(Repository(name, str(repo.path), local=True))
    return made


@pytest.fixture
def cluster(tmp_path):
    """A scheduler and two workers as processes of their own; (address, scheduler's process, workers' processes)."""
    file = tmp_path / "scheduler.json"
    env = {**os.environ, "DASK_DISTRIBUTED__WORKER__DAEMON": "False"}
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "env": env}
    command = [sys.executable, "-m", "distributed.cli.dask_scheduler"]
    address = ["--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--scheduler-file", str(file)]
    scheduler = subprocess.Popen([*command, *address], **quiet)
    work = [sys.executable, "-m", "distributed.cli.dask_worker", "--scheduler-file", str(file)]
    work += ["--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(tmp_path / "work")]
    processes = [scheduler]
    try:
        for _ in range(300):
            if file.exists():
                break
            time.sleep(0.1)
        processes += [subprocess.Popen(work, **quiet) for _ in range(2)]
        yield json.loads(file.read_text())["address"], scheduler, processes[1:]
    finally:
        for process in processes:
            process.kill()
            process.wait()


def results_of(made, number):
    """That many results, or as many as come."""
    found = []
    while len(found) < number and made.pending:
        found += [result for _, result in made.completed()]
    return found


def test_a_lost_worker(tmp_path, repositories, cluster):
    """What a killed worker was doing is done by another one."""
    address, _, workers = cluster
    with executor.DaskExecutor(options_of(tmp_path, timeout=60), address) as made:
        for one in repositories:
            made.submit(Task(one))
        results_of(made, 1)
        workers[0].send_signal(signal.SIGKILL)
        for one in repositories:
            made.submit(Task(one))
        found = results_of(made, made.pending)
    assert {result.status for result in found} <= {Status.AUDITED}


def test_a_lost_scheduler(tmp_path, repositories, cluster):
    """It is said at once; nothing hangs."""
    address, scheduler, _ = cluster
    with executor.DaskExecutor(options_of(tmp_path, timeout=60), address) as made:
        scheduler.send_signal(signal.SIGKILL)
        scheduler.wait()
        for one in repositories:
            made.submit(Task(one))
        with pytest.raises(IncompleteError, match="scheduler is gone"):
            results_of(made, 4)


def test_a_scheduler_that_does_not_answer(tmp_path):
    """One clear error."""
    with pytest.raises(IncompleteError, match="does not answer"):
        executor.DaskExecutor(options_of(tmp_path), "tcp://127.0.0.1:9")


def test_without_dask(tmp_path, monkeypatch):
    """One line says what to install."""
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(UsageError, match=r"keyscan-linter\[fleet\]"):
        executor.DaskExecutor(options_of(tmp_path), None)


def test_a_scheduler_without_workers(tmp_path, cluster, monkeypatch):
    """It is said after a while, and how to start one."""
    address, _, workers = cluster
    for one in workers:
        one.kill()
        one.wait()
    monkeypatch.setattr(executor, "_PATIENCE", 0.5)
    with pytest.raises(IncompleteError, match=f"no worker within 0.5 s; start one: dask worker {address}"):
        executor.DaskExecutor(options_of(tmp_path), address)


def test_a_worker_of_another_version(tmp_path, repositories, cluster, monkeypatch):
    """Nothing is audited by it, and the repository says what to install."""
    address, _, _ = cluster
    monkeypatch.setattr(executor, "__version__", "9.9.9")
    with executor.DaskExecutor(options_of(tmp_path, timeout=60), address) as made:
        made.submit(Task(repositories[0]))
        (found,) = results_of(made, 1)
    assert (found.status, found.retry) == (Status.FAILED, False)
    assert "not 9.9.9: install the same version on all machines" in found.reason


def test_two_fleets_on_one_scheduler(tmp_path, repositories, cluster):
    """Each has its own options and audit processes; the end of one does not end the other."""
    address, _, _ = cluster
    first = executor.DaskExecutor(options_of(tmp_path, timeout=60), address)
    with executor.DaskExecutor(options_of(tmp_path / "other", salt="t", timeout=60), address) as second:
        second.submit(Task(repositories[0]))
        assert [one.status for one in results_of(second, 1)] == [Status.AUDITED]
    first.submit(Task(repositories[1]))
    assert [one.status for one in results_of(first, 1)] == [Status.AUDITED]
    first.close()
