"""Work over processes: forked, started anew, or none, the results are the same."""

from __future__ import annotations

import itertools
import json
import multiprocessing
import os
import pickle
import signal
import struct
import subprocess
import sys
import time

import pytest
from helpers.tokens import token

from keyscan.engine import build
from keyscan.errors import WorkerError
from keyscan.ruleset.cache import load_rules
from keyscan.scan import scanner as scan
from keyscan.support import process_pool as parallel


def pid_of(_task: object) -> int:
    """The process that does a task."""
    return os.getpid()


def failing(_task: object) -> None:
    """What a task may raise."""
    raise ValueError("no")


def lost(task: int) -> int:
    """A process that ends at its third task, as when the system is out of memory."""
    if task == 3 and multiprocessing.parent_process() is not None:
        os._exit(9)
    return task


@pytest.fixture(params=["fork", "spawn"])
def way(request, monkeypatch):
    """Either way to start processes, at once."""
    if request.param == "spawn":
        monkeypatch.setattr(parallel, "_can_fork", lambda: False)
        monkeypatch.setattr(parallel, "_PATIENCE", 0.0)
    elif not parallel._can_fork():
        pytest.skip("no forks here")
    return request.param


class TestStream:
    def test_other_processes_work(self, way):
        """With more than one job; where they are started anew, the first task is done here."""
        found = list(parallel.stream(pid_of, range(40), jobs=2))
        assert len(found) == 40
        assert found.count(os.getpid()) == (1 if way == "spawn" else 0)

    def test_no_more_processes_than_cores_can_use(self, way, monkeypatch):
        """A scanned repository may ask for 64 jobs: a core gets a few."""
        monkeypatch.setattr(parallel, "cores", lambda: 1)
        monkeypatch.setattr(parallel, "_MAX_PER_CORE", 3)
        pids = set(parallel.stream(pid_of, range(300), jobs=64)) - {os.getpid()}
        assert 0 < len(pids) <= 3, way

    def test_one_job_is_this_process(self):
        """And so are fewer tasks than are worth it."""
        assert set(parallel.stream(pid_of, range(40), jobs=1)) == {os.getpid()}
        assert set(parallel.stream(pid_of, range(3), jobs=2, least=4)) == {os.getpid()}
        assert list(parallel.stream(pid_of, [], jobs=2)) == []

    def test_work_of_a_moment_is_done_here(self, monkeypatch):
        """Starting a process anew takes longer."""
        monkeypatch.setattr(parallel, "_can_fork", lambda: False)
        assert set(parallel.stream(pid_of, range(40), jobs=2)) == {os.getpid()}

    def test_what_work_raises_is_raised_here(self, way):
        """Nothing is lost in a worker."""
        del way
        with pytest.raises(ValueError, match="no"):
            list(parallel.stream(failing, range(40), jobs=2))

    def test_a_lost_process_is_no_silence(self, way):
        """Nor is it waited for."""
        del way
        with pytest.raises(WorkerError, match="--jobs 1"):
            list(parallel.stream(lost, range(40), jobs=2))
        assert not multiprocessing.active_children()

    def test_who_stops_early_leaves_no_process(self, way):
        """The rest is not done."""
        del way
        for number, _ in enumerate(parallel.stream(pid_of, itertools.count(), jobs=2)):
            if number == 5:
                break
        del number
        assert not multiprocessing.active_children()

    def test_what_tasks_raise_is_raised_here(self, way):
        """Also once some were done."""
        del way

        def tasks():
            yield from range(10)
            raise OSError("gone")

        with pytest.raises(OSError, match="gone"):
            list(parallel.stream(pid_of, tasks(), jobs=2))


@pytest.mark.parametrize("engine", ["hyperscan", "python"])
def test_a_matcher_travels(engine):
    """What is unpickled finds the same."""
    matcher = build.matcher(load_rules(), engine)
    text = f"a {token('sk-ant-api03-{b64url:93}AA', 'travel')} b\n".encode()
    found = pickle.loads(pickle.dumps(matcher)).scan(text).matches  # noqa: S301 - our own
    assert [(match.rule.id, match.start) for match in found] == [
        (match.rule.id, match.start) for match in matcher.scan(text).matches
    ]
    assert found


def report_of(result):
    """A JSON report without the time it took."""
    document = json.loads(result.out)
    del document["stats"]["seconds"]
    return document


def test_a_directory_is_scanned_by_any_processes(way, run, tmp_path):
    """More batches than a process begins with."""
    del way
    for number in range(600):
        text = token("sk-ant-api03-{b64url:93}AA", str(number)) if not number % 150 else str(number)
        (tmp_path / f"{number}.txt").write_text(text)
    one, two = (report_of(run("scan", "--format", "json", "--jobs", str(jobs), str(tmp_path))) for jobs in (1, 2))
    assert one == two
    assert len(one["findings"]) == 4


@pytest.mark.parametrize("packs", ["--packs", "--no-packs"])
def test_a_history_is_audited_by_any_processes(way, run, repo, packs):
    """Lists, objects, packs and origins are read by workers of their own kinds."""
    del way
    for number in range(12):
        key = token("sk-ant-api03-{b64url:93}AA", str(number // 4))
        for name in range(30):
            repo.stage(f"{name}.txt", f"{number} {name}\n" + (key if name == number else ""))
        repo.commit()
    repo.git("repack", "-adfq")
    options = ("history", "--format", "json", "--no-cache", packs, str(repo.path))
    one, two = (report_of(run(*options, "--jobs", str(jobs))) for jobs in (1, 2))
    assert one == two
    assert len(one["findings"]) == 3


def test_what_was_found_before_a_process_was_lost_is_reported(run, tmp_path, monkeypatch):
    """And the report is not whole: exit 1 with a finding, 3 without, never clean."""
    for number in range(600):
        (tmp_path / f"{number:03}.txt").write_text(token("sk-ant-api03-{b64url:93}AA", "lost") if not number else "x")
    whole = scan._FileScanner.__call__

    def broken(self, batch):
        if (
            any(str(target.file).endswith("599.txt") for target in batch)
            and multiprocessing.parent_process() is not None
        ):
            time.sleep(0.5)
            os._exit(9)
        return whole(self, batch)

    monkeypatch.setattr(scan._FileScanner, "__call__", broken)
    result = run("scan", "--format", "json", "--jobs", "2", str(tmp_path))
    document = json.loads(result.out)
    assert (result.code, len(document["findings"]), document["complete"]) == (1, 1, False)
    (tmp_path / "000.txt").write_text("x")
    result = run("scan", "--jobs", "2", str(tmp_path))
    assert result.code == 3
    assert "ended from outside" in result.out + result.err


def large(task: bytes) -> bytes:
    """A task and a result that no pipe holds at once."""
    return task


def slow_and_large(task: tuple[int, bytes]) -> bytes:
    """A task that takes a moment, with a large result."""
    time.sleep(task[0] / 1000)
    return task[1]


def unpicklable(_task: object) -> object:
    """A result that cannot be sent."""
    return lambda: None


def test_large_tasks_and_results_never_block(way):
    """Both sides write at once, and neither waits for the other to read."""
    del way
    texts = [bytes([number]) * 3_000_000 for number in range(12)]
    assert sorted(parallel.stream(large, texts, jobs=2)) == texts


def test_a_result_that_cannot_be_sent_is_an_error(way):
    """It is no silence, and no hang."""
    del way
    with pytest.raises(WorkerError, match="cannot be sent"):
        list(parallel.stream(unpicklable, range(9), jobs=2))


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
@pytest.mark.parametrize("attempt", range(4))
def test_a_killed_worker_ends_the_work(way, attempt):
    """Whichever worker is killed, at whatever moment, while large tasks wait: WorkerError, and no hang."""
    del way
    tasks = [(5 * attempt, b"x" * 1_000_000)] * 400
    results = parallel.stream(slow_and_large, tasks, jobs=2)
    for _ in range(attempt + 2):
        next(results)
    victims = multiprocessing.active_children()
    os.kill(victims[attempt % len(victims)].pid, signal.SIGKILL)
    with pytest.raises(WorkerError, match="--jobs 1"):
        list(results)
    assert not multiprocessing.active_children()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_workers_of_a_killed_parent_end():
    """SIGKILL leaves no orphan that waits for ever."""
    script = (
        "import multiprocessing, os, time\n"
        "from keyscan.support import process_pool as parallel\n"
        "if __name__ == '__main__':\n"
        "    for _ in parallel.stream(time.sleep, [0.05] * 10000, jobs=3):\n"
        "        print(*(child.pid for child in multiprocessing.active_children()), flush=True)\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert process.stdout
    lines = [process.stdout.readline() for _ in range(5)]
    process.kill()
    process.communicate()
    children = [int(pid) for pid in lines[-1].split()]
    assert len(children) == 3
    end = time.monotonic() + 60
    while any(os.path.exists(f"/proc/{pid}") for pid in children):
        assert time.monotonic() < end, "a worker is left"
        time.sleep(0.05)


def test_started_workers_import_nothing_from_the_current_directory(tmp_path):
    """Modules of the scanned repository, named like those of the standard library or like ours, are never run."""
    marker = tmp_path / "was run"
    planted = tmp_path / "repository"
    planted.mkdir()
    names = {name for name in sys.stdlib_module_names if not name.startswith("_")} | {"keyscan", "click", "regex"}
    for name in names:
        (planted / f"{name}.py").write_text(f"open({str(marker)!r}, 'w').close()\n")
    script = tmp_path / "script.py"
    script.write_text(
        "import operator\n"
        "from keyscan.support import process_pool as parallel\n"
        "if __name__ == '__main__':\n"
        "    parallel._can_fork = lambda: False\n"
        "    parallel._PATIENCE = 0.0\n"
        "    print(sorted(parallel.stream(operator.neg, range(9), jobs=2)))\n"
    )
    paths = [path for path in sys.path if path and os.path.isabs(path)]
    done = subprocess.run(
        [sys.executable, str(script)], cwd=planted, capture_output=True, check=False, timeout=120,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(paths)},
    )  # fmt: skip
    assert done.stdout.strip() == str(sorted(-number for number in range(9))).encode(), done.stderr
    assert not marker.exists()


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
def test_an_interruption_stops_workers_at_once():
    """Ctrl-C goes to the whole group; only the first process says what it means."""
    script = (
        "import time\n"
        "from keyscan.support import process_pool as parallel\n"
        "if __name__ == '__main__':\n"
        "    print('ready', flush=True)\n"
        "    try: list(parallel.stream(time.sleep, [20] * 9, jobs=2))\n"
        "    except KeyboardInterrupt: print('stopped')\n"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert process.stdout
    assert process.stdout.readline() == b"ready\n"
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (out, err) == (b"stopped\n", b"")


def test_a_worker_that_is_lost_while_it_sends_is_lost():
    """Half a result is none: WorkerError, as where nothing came."""
    pool = parallel._Pool(multiprocessing.get_context("spawn"), 1, len)
    ours, theirs = multiprocessing.Pipe()
    os.write(theirs.fileno(), struct.pack("!i", 1000) + b"half")
    theirs.close()
    pool._loads[ours] = 1
    with pytest.raises(WorkerError, match="--jobs 1"):
        pool.results()
    ours.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="workers are forked")
class TestBounds:
    """A system that gives no more processes, threads or memory."""

    def test_a_process_that_cannot_be_started(self, monkeypatch):
        """The bound of processes is reached: one error that says so, and no process is left."""

        def refused():
            raise BlockingIOError(11, "Resource temporarily unavailable")

        monkeypatch.setattr(os, "fork", refused)
        with pytest.raises(WorkerError, match="cannot be started"):
            list(parallel.stream(pid_of, range(9), 2))
        assert multiprocessing.active_children() == []

    def test_a_worker_without_a_thread_says_nothing_itself(self, monkeypatch, capfd):
        """The parent says that it was lost; no traceback comes from it."""

        def refused(_thread):
            raise RuntimeError("can't start new thread")

        monkeypatch.setattr("threading.Thread.start", refused)
        with pytest.raises(WorkerError, match="ended from outside"):
            list(parallel.stream(pid_of, range(9), 2))
        assert capfd.readouterr() == ("", "")
