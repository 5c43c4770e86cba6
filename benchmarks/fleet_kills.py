"""A fleet audit that is killed again and again against one that is not: findings, coverage, work, memory.

    python benchmarks/fleet_kills.py LIST [--kills 3] [--seed 1]

LIST has a repository a line. It is audited once as it should be; then with `kill -9` for the client and for workers of
the cluster that the command starts itself; then, on a scheduler and workers that run as processes of their own on the
loopback, with `kill -9` for scheduler, worker and client, each `--kills` times at random moments, the command started
again each time it ended. Exit status 1 if findings or coverage differ, a repository was audited twice, or a process
was left behind.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

# What is compared of each repository and of each finding.
_QUERIES = (
    "SELECT key, status, reason, digest FROM repositories ORDER BY key",
    "SELECT key, fingerprint, finding, owners FROM findings ORDER BY key, fingerprint",
    "SELECT key, path, reason, incomplete FROM skips ORDER BY key, path, reason",
)
_QUIET = {"stdin": subprocess.DEVNULL, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
_DONE = (0, 1, 3)


def tree(roots: list[psutil.Process]) -> list[psutil.Process]:
    """These processes and all below them."""
    found = []
    for root in roots:
        with suppress(psutil.Error):
            found += [root, *root.children(recursive=True)]
    return found


class Memory(threading.Thread):
    """Samples the proportional set size of process trees, in bytes: shared pages count once."""

    def __init__(self) -> None:
        super().__init__(daemon=True)
        self.roots: list[psutil.Process] = []
        self.most, self.processes = 0, 0

    def run(self) -> None:
        """Sample four times a second."""
        while True:
            total = count = 0
            for one in tree(list(self.roots)):
                with suppress(psutil.Error, FileNotFoundError):
                    total += one.memory_full_info().pss
                    count += 1
            if total > self.most:
                self.most, self.processes = total, count
            time.sleep(0.25)


@dataclass
class Cluster:
    """A scheduler and two workers as processes of their own."""

    place: Path
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    address: str = ""

    def start(self) -> None:
        """Start them anew; what is left of the last ones is ended."""
        self.stop()
        file = self.place / f"scheduler-{time.monotonic_ns()}.json"
        scheduler = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0"]
        self.processes = [subprocess.Popen([*scheduler, "--no-dashboard", "--scheduler-file", file], **_QUIET)]
        while not file.exists():
            time.sleep(0.1)
        self.address = json.loads(file.read_text())["address"]
        worker = [sys.executable, "-m", "distributed.cli.dask_worker", self.address, "--nworkers", "2"]
        worker += ["--nthreads", "1", "--no-dashboard", "--memory-limit", "0", "--local-directory", self.place]
        self.processes.append(subprocess.Popen(worker, **_QUIET))

    def stop(self) -> None:
        """End all of them."""
        for one in tree([psutil.Process(process.pid) for process in self.processes if process.poll() is None]):
            with suppress(psutil.Error):
                one.kill()
        for process in self.processes:
            process.wait()
        self.processes = []


@dataclass
class Outcome:
    """What one whole audit, with its kills, came to."""

    seconds: float = 0.0
    starts: int = 0
    kills: Counter[str] = field(default_factory=Counter)
    recorded: Counter[str] = field(default_factory=Counter)
    orphans: int = 0
    tables: list[list[tuple[object, ...]]] = field(default_factory=list)


def workers_of(roots: list[psutil.Process]) -> list[psutil.Process]:
    """The Dask workers below `roots`: the parents of processes that audit."""
    found = []
    for one in tree(roots):
        with suppress(psutil.Error):
            if "keyscan.fleet.process" in " ".join(one.cmdline()):
                found.append(one.parent())
    return [one for one in found if one is not None]


def audit(listing: Path, state: Path, victims: list[str], pauses: list[float], options: argparse.Namespace) -> Outcome:
    """Audit until the command ends by itself, with a kill for each of `victims` after so many seconds each."""
    result, started = Outcome(), time.monotonic()
    cluster: Cluster | None = options.cluster
    while True:
        result.starts += 1
        command = [sys.executable, "-m", "keyscan", "fleet", str(listing), "--state", str(state), "-j", "2"]
        command += ["--log-format", "json", *(["--scheduler", cluster.address] if cluster else [])]
        log = state.parent / f"{state.name}-{result.starts}.log"
        with log.open("wb") as said:
            client = subprocess.Popen(command, **{**_QUIET, "stderr": said})
        own = [psutil.Process(client.pid)]
        options.memory.roots = own + [psutil.Process(one.pid) for one in (cluster.processes if cluster else ())]
        while client.poll() is None and victims:
            with suppress(subprocess.TimeoutExpired):
                client.wait(pauses[0])
            if client.poll() is None:
                pauses.pop(0)
                _kill(victims.pop(0), client, options.memory.roots, result)
        below = tree(own)
        code = client.wait()
        _, alive = psutil.wait_procs(below, timeout=30)
        result.orphans += len(alive)
        for line in log.read_text("utf-8", "replace").splitlines():
            with suppress(ValueError, KeyError):
                result.recorded[json.loads(line)["repository"]] += 1
        if code in _DONE and not _unfinished(state):
            break
        if cluster and cluster.processes[0].poll() is not None:
            cluster.start()
    result.seconds = time.monotonic() - started
    result.tables = tables(state)
    return result


def _kill(victim: str, client: subprocess.Popen[bytes], roots: list[psutil.Process], result: Outcome) -> None:
    """Send `kill -9` to the client, the scheduler, or one of the workers."""
    if victim == "client":
        os.kill(client.pid, signal.SIGKILL)
    elif victim == "scheduler":
        roots[1].kill()
    else:
        workers = workers_of(roots)
        for _ in range(100):
            if workers or client.poll() is not None:
                break
            time.sleep(0.2)
            workers = workers_of(roots)
        if not workers:
            return
        random.choice(workers).kill()
    result.kills[victim] += 1


def _unfinished(state: Path) -> bool:
    with sqlite3.connect(state / "fleet.sqlite") as db:
        pending = db.execute("SELECT count(*) FROM repositories WHERE status = 'pending'").fetchone()[0]
    db.close()
    return bool(pending)


def tables(state: Path) -> list[list[tuple[object, ...]]]:
    """What the state holds of repositories, findings, and what could not be read."""
    db = sqlite3.connect(state / "fleet.sqlite")
    found = [db.execute(query).fetchall() for query in _QUERIES]
    db.close()
    return found


def new_state(place: Path, salt: str) -> Path:
    """A state with this salt, so that fingerprints can be compared; the compiled rules are made anew in it."""
    from keyscan.fleet.store import Store

    Store(place).close()
    with sqlite3.connect(place / "fleet.sqlite") as db:
        db.execute("UPDATE meta SET value = ? WHERE key = 'salt'", (salt,))
    db.close()
    return place


def told(name: str, result: Outcome, reference: Outcome, memory: Memory) -> bool:
    """Print what an audit came to; whether it is as the reference."""
    twice = [key for key, count in result.recorded.items() if count > 1]
    same = result.tables == reference.tables
    rows = [len(table) for table in result.tables]
    print(
        f"{name}: {result.seconds:.0f} s, {result.starts} starts, kills {dict(result.kills)}; {rows[0]} repositories, "
        f"{rows[1]} findings, {rows[2]} skips, {'equal' if same else 'DIFFERENT'}; recorded twice {len(twice)}, "
        f"processes left {result.orphans}; at most {memory.most / 1e6:.0f} MB in {memory.processes} processes",
        flush=True,
    )
    for table, expected in zip(result.tables, reference.tables, strict=True):
        for row in sorted(set(table) ^ set(expected))[:20]:
            print(f"  {'only here' if row in table else 'only there'}: {str(row)[:200]}", flush=True)
    memory.most = 0
    return same and not twice and not result.orphans


def main() -> int:
    """Read the command line and run the three audits."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("list", type=Path)
    parser.add_argument("--kills", type=int, default=3, help="of each: client, worker, scheduler")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    random.seed(options.seed)
    options.cluster, options.memory = None, Memory()
    options.memory.start()
    with tempfile.TemporaryDirectory() as scratch:
        place = Path(scratch)
        reference = audit(options.list, new_state(place / "reference", "0" * 32), [], [], options)
        good = told("uninterrupted", reference, reference, options.memory)
        for name, kinds in (("own cluster", ("client", "worker")), ("scheduler", ("client", "worker", "scheduler"))):
            victims = list(kinds) * options.kills
            random.shuffle(victims)
            longest = 1.6 * reference.seconds / (len(victims) + 1)
            pauses = [4 + random.uniform(0.2, 1) * longest for _ in victims]
            if name == "scheduler":
                options.cluster = Cluster(place)
                options.cluster.start()
            state = new_state(place / name.replace(" ", "-"), "0" * 32)
            result = audit(options.list, state, victims, pauses, options)
            good = told(name, result, reference, options.memory) and good
        options.cluster.stop()
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
