"""History audits side by side: reading every object, walking packs (interpreted, compiled), and the peers.

    python benchmarks/pack.py REPOSITORY... [--wheel DIR] [--peer NAME=BINARY]... [--runs 3]

DIR holds an unpacked wheel that was built with KEYSCAN_COMPILE=1. Tools run in turn, each once to warm up; medians
of the wall time and of the CPU time of the whole process tree. Findings of our own ways are compared: they must be
the same.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OWN = Path(__file__).resolve().parent.parent
PEERS = {
    "gitleaks": ["git", "--no-banner", "--log-level", "error", "--exit-code", "0", "--log-opts=--all", "REPO"],
    "betterleaks": ["git", "REPO", "--no-banner", "-s", "--exit-code", "0"],
    "kingfisher": ["scan", "REPO", "--no-validate", "--no-update-check", "--no-dedup", "-q", "--turbo"],
}


def timed(command: list[str], env: dict[str, str]) -> tuple[float, float, bytes]:
    """Wall and CPU seconds of a command with all its children, and its output."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env=env, capture_output=True, check=False)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.stdout


def ours(repository: str, place: Path, option: str) -> tuple[list[str], dict[str, str]]:
    """Our own audit, from a checkout or an unpacked wheel, with nothing remembered."""
    command = [sys.executable, "-m", "keyscan", "history", repository, "--no-cache", "--format", "json", option]
    return command, {**os.environ, "PYTHONPATH": str(place)}


def ways(repository: str, wheel: Path | None, peers: list[str]) -> dict[str, tuple[list[str], dict[str, str]]]:
    """Everything to be measured, by name."""
    found = {
        "every object": ours(repository, OWN, "--no-packs"),
        "packs, interpreted": ours(repository, OWN, "--packs"),
    }
    if wheel:
        found["packs, compiled"] = ours(repository, wheel, "--packs")
    for peer in peers:
        name, _, binary = peer.partition("=")
        arguments = [repository if word == "REPO" else word for word in PEERS[name]]
        found[name] = ([binary, *arguments], dict(os.environ))
    return found


def findings(out: bytes) -> object:
    """What a report of ours says, without the time that it took."""
    report = json.loads(out)
    del report["stats"]["seconds"]
    return report


def measure(repository: str, wheel: Path | None, peers: list[str], runs: int) -> None:
    """Run all ways in turn and print a line for each."""
    measured: dict[str, list[tuple[float, float]]] = {}
    said = {}
    chosen = ways(repository, wheel, peers)
    for number in range(runs + 1):
        for name, (command, env) in chosen.items():
            wall, cpu, out = timed(command, env)
            if number:
                measured.setdefault(name, []).append((wall, cpu))
            if name not in PEERS:
                said[name] = findings(out)
    print(f"{repository} (load {os.getloadavg()[0]:.1f})")
    for name, times in measured.items():
        wall, cpu = (statistics.median(part) for part in zip(*times, strict=True))
        print(f"  {name:20} {wall:8.2f} s wall {cpu:8.2f} s CPU")
    assert all(one == said["every object"] for one in said.values()), "the ways differ"


def main() -> None:
    """Measure each repository."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("repositories", nargs="+")
    parser.add_argument("--wheel", type=Path)
    parser.add_argument("--peer", action="append", default=[])
    parser.add_argument("--runs", type=int, default=3)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as cache:
        os.environ.setdefault("KEYSCAN_CACHE_DIR", cache)
        for repository in given.repositories:
            measure(repository, given.wheel, given.peer, given.runs)


if __name__ == "__main__":
    main()
