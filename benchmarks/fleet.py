"""`keyscan fleet` against a shell loop of `keyscan history`, over generated repositories and real ones; and its growth.

    python benchmarks/fleet.py make DIRECTORY --count 500            # generate repositories of different shapes
    python benchmarks/fleet.py run PLACE [--loop] [--peer CMD]       # fleet; with --loop the shell loop after it
    python benchmarks/fleet.py growth PLACE --counts 50 200 800      # fleet over ever more of them

PLACE is a directory of repositories, or a list with one a line.

`--peer` is a command run once for each repository with its path at the end, for example another scanner's history
scan that writes to /dev/null. Everything is measured in one run, on the same directories; caches are new for each.
"""

from __future__ import annotations

import argparse
import os
import random
import resource
import shlex
import subprocess
import sys
import tempfile
import time
from pathlib import Path

_WORDS = (
    "alpha", "beta", "gamma", "delta", "epsilon", "config", "server", "client", "token", "parse", "render", "cache",
    "worker", "queue", "index",
)  # fmt: skip
_SHAPES = ("tiny", "linear", "branches", "wide", "empty", "big")


def git(directory: Path, *args: str, stdin: bytes | None = None) -> None:
    """Run git; the author and the configuration are pinned."""
    pinned = {"GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    for role in ("AUTHOR", "COMMITTER"):
        pinned |= {f"GIT_{role}_NAME": "Ada", f"GIT_{role}_EMAIL": "ada@example.org"}
    subprocess.run(["git", *args], cwd=directory, input=stdin, env={**os.environ, **pinned}, check=True)


def text(rng: random.Random, lines: int) -> bytes:
    """Source-like text."""
    made = (f"{rng.choice(_WORDS)}_{rng.randrange(999)} = {rng.choice(_WORDS)}({rng.random()})" for _ in range(lines))
    return "\n".join(made).encode() + b"\n"


def make(directory: Path, count: int) -> None:
    """Generate `count` repositories; one in ten holds a key that other repositories hold too."""
    from keyscan.ruleset.templates import expand

    for number in range(count):
        rng = random.Random(number)
        shape = _SHAPES[min(rng.randrange(30) // 5, 5)] if number % 97 else "big"
        place = directory / f"{number % 20:02}" / f"repo-{number:04}"
        place.mkdir(parents=True, exist_ok=True)
        git(place, "init", "-q", "-b", "main")
        if shape == "empty":
            continue
        key = expand("sk-ant-api03-{b64url:93}AA", str(number % 50)).encode() if number % 10 == 0 else b""
        git(place, "fast-import", "--quiet", stdin=stream(rng, shape, key))


def stream(rng: random.Random, shape: str, key: bytes) -> bytes:
    """A history for git fast-import."""
    commits = {"tiny": 1, "linear": 40, "branches": 60, "wide": 5, "big": 1500}[shape]
    out, files = [], 40 if shape == "wide" else 6
    for number in range(commits):
        branch = f"b{number % 5}" if shape == "branches" and number > 10 else "main"
        body = text(rng, rng.randrange(20, 400)) + (b"key = '%b'\n" % key if key and number == 0 else b"")
        name = f"src/{rng.choice(_WORDS)}_{rng.randrange(files)}.py"
        when = 1_600_000_000 + number * 3600
        out.append(b"commit refs/heads/%b\ncommitter Ada <ada@example.org> %d +0000\n" % (branch.encode(), when))
        out.append(b"data 6\nchange\n")
        if branch != "main" and number < 16:
            out.append(b"from refs/heads/main\n")
        out.append(b"M 100644 inline %b\ndata %d\n%b\n" % (name.encode(), len(body), body))
    return b"".join(out)


def timed(name: str, command: list[str], env: dict[str, str]) -> tuple[float, float]:
    """Run a command, print its wall time, CPU and the largest process; the two times."""
    before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, env={**os.environ, **env}, capture_output=True, check=False)
    wall, after = time.perf_counter() - started, resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(f"{name}: {wall:.1f} s wall, {cpu:.1f} s CPU, exit {done.returncode}, {after.ru_maxrss >> 10} MB", flush=True)
    return wall, cpu


def listed(place: Path) -> list[str]:
    """The repositories of a list, or those below a directory, in order."""
    if place.is_file():
        return place.read_text().split()
    bare = (file.parent for file in place.glob("**/HEAD") if (file.parent / "objects").is_dir())
    found = {file.parent for file in place.glob("**/.git")} | {one for one in bare if one.name != ".git"}
    return sorted(map(str, found))


def run(place: Path, *, loop: bool, peer: str) -> None:
    """Time the fleet, then the loops, and print the ratios."""
    repositories = listed(place)
    print(f"{len(repositories)} repositories")
    with tempfile.TemporaryDirectory() as scratch:
        fleet = [sys.executable, "-m", "keyscan", "fleet", str(place), "--state", f"{scratch}/state"]
        wall, cpu = timed("keyscan fleet", fleet, {})
        timed("keyscan fleet, again", fleet, {})
        named = " ".join(map(shlex.quote, repositories))
        for name, each in (("shell loop of keyscan history", f"{sys.executable} -m keyscan history"), ("peer", peer)):
            if each and (loop or name == "peer"):
                script = f"for r in {named}; do {each} $r >/dev/null 2>&1; done"
                other, spent = timed(name, ["sh", "-c", script], {"KEYSCAN_CACHE_DIR": f"{scratch}/cache"})
                print(f"  {other / wall:.2f} times the fleet's wall time, {spent / cpu:.2f} times its CPU", flush=True)


def growth(place: Path, counts: list[int]) -> None:
    """Time the fleet over ever more of the repositories, an even choice of all of them each time."""
    repositories = listed(place)
    with tempfile.TemporaryDirectory() as scratch:
        for count in counts:
            chosen = Path(scratch) / f"{count}.txt"
            step = len(repositories) / count
            chosen.write_text("\n".join(repositories[int(number * step)] for number in range(count)) + "\n")
            fleet = [sys.executable, "-m", "keyscan", "fleet", str(chosen), "--state", f"{scratch}/state-{count}"]
            wall, cpu = timed(f"{count} repositories", fleet, {})
            print(f"  {1000 * wall / count:.0f} ms wall and {1000 * cpu / count:.0f} ms CPU a repository", flush=True)


def main() -> None:
    """Read the command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    actions = parser.add_subparsers(dest="action", required=True)
    making = actions.add_parser("make")
    making.add_argument("directory", type=Path)
    making.add_argument("--count", type=int, default=500)
    running = actions.add_parser("run")
    running.add_argument("place", type=Path)
    running.add_argument("--loop", action="store_true")
    running.add_argument("--peer", default="")
    growing = actions.add_parser("growth")
    growing.add_argument("place", type=Path)
    growing.add_argument("--counts", type=int, nargs="+", default=[50, 200, 800])
    given = parser.parse_args()
    if given.action == "make":
        make(given.directory, given.count)
    elif given.action == "growth":
        growth(given.place, given.counts)
    else:
        run(given.place, loop=given.loop, peer=given.peer)


if __name__ == "__main__":
    main()
