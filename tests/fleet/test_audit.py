"""A run over a fleet: every repository is accounted for, whatever becomes of its task."""

from __future__ import annotations

from collections import deque

from helpers.fleet import options_of, store_of

from keyscan.fleet import audit
from keyscan.fleet.model import Repository, RepositoryResult, Status, Task


class Executor:
    """Runs a task by a function, in this process."""

    workers = 2

    def __init__(self, work):
        self._work, self._queue, self.most = work, deque(), 0

    @property
    def pending(self):
        return len(self._queue)

    def submit(self, task):
        self._queue.append(task)
        self.most = max(self.most, len(self._queue))

    def completed(self):
        task = self._queue.popleft()
        yield task, self._work(task)


def done(task):
    """A wholly audited repository."""
    return RepositoryResult(task.repository, Status.AUDITED, digest="d")


def fleet(number, **fields):
    """That many repositories."""
    return [Repository(f"r{at}", f"https://h/r{at}", **fields) for at in range(number)]


def run(tmp_path, repositories, work, **fields):
    """What the state says in the end, what the listener was told, the executor."""
    store, seen, executor = store_of(tmp_path), [], Executor(work)
    todo = store.begin(repositories, [])
    audit.run(store, executor, todo, options_of(tmp_path, **fields), lambda _, at, total: seen.append((at, total)))
    return {row["name"]: (row["status"], row["reason"]) for row in store.repositories()}, seen, executor


def test_all_are_recorded(tmp_path):
    """Each result is stored and told; no more tasks than the workers need are in flight."""
    found, seen, executor = run(tmp_path, fleet(9), done)
    assert set(found.values()) == {("audited", "")}
    assert seen[-1] == (9, 9)
    assert executor.most <= 4


def test_a_lost_process_is_tried_three_times(tmp_path):
    """Then the repository is named as failed, with how often it was tried."""
    tries = []

    def work(task):
        tries.append(task.attempt)
        return RepositoryResult(task.repository, Status.FAILED, "the process ended", retry=True)

    found, _, _ = run(tmp_path, fleet(1), work)
    assert tries == [1, 2, 3]
    assert found == {"r0": ("failed", "the process ended, 3 times")}


def test_a_process_that_is_lost_once(tmp_path):
    """A second try that succeeds is what counts."""

    def work(task):
        return done(task) if task.attempt > 1 else RepositoryResult(task.repository, Status.FAILED, retry=True)

    found, _, _ = run(tmp_path, fleet(3), work)
    assert {status for status, _ in found.values()} == {"audited"}


def test_the_disk_budget_holds_clones_back(tmp_path):
    """Only as many clones are in flight as fit; one always may be."""
    _, _, executor = run(tmp_path, fleet(6, size=100), done, disk=250)
    assert executor.most == 2
    _, _, executor = run(tmp_path / "b", fleet(6, size=1000), done, disk=250)
    assert executor.most == 1
    _, _, executor = run(tmp_path / "c", fleet(6, size=1000, local=True), done, disk=250)
    assert executor.most == 4


def test_the_largest_are_first_and_spread_over_idle_workers():
    """What is known counts as nothing; one that is larger than a worker's share gets as many processes as make up."""
    sizes = {"r0": 10, "r1": 300, "r2": 90, "r3": 0}
    made = [Repository(name, f"https://h/{name}", size=size) for name, size in sizes.items()]
    tasks = [Task(one) for one in made] + [Task(Repository("known", "https://h/k", size=900), known="digest")]
    assert [(one.repository.name, one.jobs) for one in audit._planned(tasks, 4)] == [
        ("r1", 3),
        ("r2", 1),
        ("r0", 1),
        ("r3", 1),
        ("known", 1),
    ]
    assert [one.jobs for one in audit._planned([Task(Repository("x", "https://h/x"))], 4)] == [1]
