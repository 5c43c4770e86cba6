"""Audits of whole histories, against the peers in the same run: medians of whole processes, their CPU and memory.

    python benchmarks/history.py compare REPO ... --betterleaks BINARY --gitleaks BINARY --kingfisher BINARY
    python benchmarks/history.py again REPO ...
    python benchmarks/history.py growth

`compare` runs the tools in turn (A B C A B C ...). `again` measures a second audit with the cache against the
first. `growth` makes histories of 1, 4 and 16 times the same length, and shows that time grows with the new bytes.
Memory is that of the largest process of each tool, as the kernel tells it.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def measured(command: list[str], env: dict[str, str] | None = None) -> tuple[float, float, float]:
    """Wall seconds, processor seconds and megabytes of a command and its children."""
    script = (
        "import resource, subprocess, sys, time\n"
        "start = time.perf_counter()\n"
        "subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)\n"
        "used = resource.getrusage(resource.RUSAGE_CHILDREN)\n"
        "print(time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1000)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command], capture_output=True, check=True, env={**os.environ, **(env or {})}
    )
    wall, cpu, memory = map(float, done.stdout.split())
    return wall, cpu, memory


def keyscan(repo: str, *options: str) -> list[str]:
    """The command of an audit with this checkout."""
    return [sys.executable, "-m", "keyscan", "history", *options, repo]


def peers(args: argparse.Namespace, repo: str, scratch: str) -> dict[str, list[str]]:
    """The commands of the peers whose binaries were named."""
    found = {}
    if args.betterleaks:
        found["betterleaks"] = [args.betterleaks, "git", repo, "--no-banner", "-s", "-o", f"{scratch}/b.json"]
    if args.gitleaks:
        options = ["--no-banner", "--log-level", "error", "--report-path", f"{scratch}/g.json", "--log-opts=--all"]
        found["gitleaks"] = [args.gitleaks, "git", *options, repo]
    if args.kingfisher:
        options = ["--no-validate", "--no-update-check", "--no-dedup", "-q", "--format", "json", "--turbo"]
        found["kingfisher --turbo"] = [args.kingfisher, "scan", repo, *options, "--output", f"{scratch}/k.json"]
    return found


def compare(args: argparse.Namespace) -> None:
    """Print each repository's medians."""
    with tempfile.TemporaryDirectory() as scratch:
        for repo in args.repos:
            ours = {"keyscan": keyscan(repo, "--no-cache")}
            if args.both:
                ours = {
                    f"keyscan {option}": keyscan(repo, "--no-cache", option) for option in ("--packs", "--no-packs")
                }
            commands = {**ours, **peers(args, repo, scratch)}
            taken: dict[str, list[tuple[float, float, float]]] = {name: [] for name in commands}
            for number in range(args.runs + 1):
                for name, command in commands.items():
                    result = measured(command)
                    if number:  # the first round warms caches
                        taken[name].append(result)
            show(repo, taken)


def show(repo: str, taken: dict[str, list[tuple[float, float, float]]]) -> None:
    """Print medians, and the ratio of each tool's time to the first's."""
    print(f"\n{repo}")
    medians = {name: [statistics.median(column) for column in zip(*rows, strict=True)] for name, rows in taken.items()}
    first = next(iter(medians.values()))
    print(f"  {'':22} {'wall s':>8} {'ratio':>6} {'CPU s':>8} {'ratio':>6} {'MB':>6}")
    for name, (wall, cpu, memory) in medians.items():
        print(f"  {name:22} {wall:8.2f} {wall / first[0]:6.2f} {cpu:8.2f} {cpu / first[1]:6.2f} {memory:6.0f}")


def again(args: argparse.Namespace) -> None:
    """Print the time of a second audit against the first's."""
    for repo in args.repos:
        firsts, seconds = [], []
        for _ in range(args.runs):
            with tempfile.TemporaryDirectory() as cache:
                env = {"KEYSCAN_CACHE_DIR": cache}
                # Compiles the rules, which is not what is measured.
                subprocess.run([sys.executable, "-m", "keyscan", "scan", os.devnull, "--engine", "hyperscan"],
                               env={**os.environ, **env}, stdout=subprocess.DEVNULL, check=False)  # fmt: skip
                firsts.append(measured(keyscan(repo), env))
                seconds.append(measured(keyscan(repo), env))
        show(repo, {"first": firsts, "second": seconds})


def growth(args: argparse.Namespace) -> None:
    """Print time and memory over histories of growing length."""
    for factor in (1, 4, 16):
        with tempfile.TemporaryDirectory() as scratch:
            repo = made(Path(scratch) / "repo", args.commits * factor)
            size = history_size(repo)
            rows = [measured(keyscan(str(repo), "--no-cache")) for _ in range(args.runs)]
            wall, cpu, memory = (statistics.median(column) for column in zip(*rows, strict=True))
            print(f"{factor:3}x {size / 1e6:8.1f} MB of blobs: {wall:6.2f} s, CPU {cpu:6.2f} s, {memory:4.0f} MB")


def made(repo: Path, commits: int) -> Path:
    """A history of `commits` edits to 40 files of some 20 KB, the same in each run."""
    rng = random.Random(7)
    words = [f"{''.join(rng.choices('abcdefghijklmnopqrstuvwxyz', k=rng.randint(2, 9)))}" for _ in range(2000)]
    files = [[" ".join(rng.choices(words, k=8)) for _ in range(400)] for _ in range(40)]
    subprocess.run(["git", "init", "-q", "--bare", str(repo)], check=True)
    stream = ["reset refs/heads/main\n"]
    for number in range(commits):
        lines = files[number % 40]
        lines[rng.randrange(len(lines))] = " ".join(rng.choices(words, k=8))
        text = "\n".join(lines) + "\n"
        message = f"change {number}"
        stream.append(
            f"commit refs/heads/main\ncommitter A <a@example.org> {1_700_000_000 + number} +0000\n"
            f"data {len(message)}\n{message}\nM 644 inline src/f{number % 40}.py\ndata {len(text)}\n{text}\n"
        )
    subprocess.run(["git", "fast-import", "--quiet"], cwd=repo, input="".join(stream).encode(), check=True)
    subprocess.run(["git", "repack", "-adq"], cwd=repo, check=True)
    return repo


def history_size(repo: Path) -> int:
    """Bytes of all blobs."""
    listed = subprocess.run(
        ["git", "cat-file", "--batch-all-objects", "--batch-check=%(objecttype) %(objectsize)"],
        cwd=repo, capture_output=True, check=True,
    ).stdout  # fmt: skip
    return sum(int(line.split()[1]) for line in listed.splitlines() if line.startswith(b"blob"))


def main() -> None:
    """Read the command line and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--runs", type=int, default=3)
    steps = parser.add_subparsers(required=True)
    step = steps.add_parser("compare")
    step.add_argument("repos", nargs="+")
    step.add_argument("--both", action="store_true", help="both ways of reading: packs by their deltas, and git's own")
    for name in ("betterleaks", "gitleaks", "kingfisher"):
        step.add_argument(f"--{name}")
    step.set_defaults(run=compare)
    step = steps.add_parser("again")
    step.add_argument("repos", nargs="+")
    step.set_defaults(run=again)
    step = steps.add_parser("growth")
    step.add_argument("--commits", type=int, default=500)
    step.set_defaults(run=growth)
    args = parser.parse_args()
    os.environ["PYTHONPATH"] = str(ROOT)
    print(json.dumps({"cores": os.cpu_count(), "load": os.getloadavg(), "at": time.strftime("%Y-%m-%d")}))
    args.run(args)


if __name__ == "__main__":
    main()
