"""Start-up, the hook and directory scans, against the peers in the same run: medians of whole processes.

    python benchmarks/speed.py startup
    python benchmarks/speed.py staged --files 1 --files 50 --betterleaks BINARY --gitleaks BINARY
    python benchmarks/speed.py scan DIRECTORY --betterleaks BINARY --gitleaks BINARY --kingfisher BINARY

Commands run in turn (A B C A B C ...), after one round that is not counted, so that a machine that slows down
slows all of them. Ratios are of medians, keyscan over the peer: smaller is better.
"""

from __future__ import annotations

import argparse
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def timed(command: list[str], cwd: str) -> tuple[float, float, int]:
    """Wall seconds, processor seconds and exit code of a command."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    start = time.perf_counter()
    done = subprocess.run(command, cwd=cwd, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    wall = time.perf_counter() - start
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime, done.returncode


def compare(commands: dict[str, list[str]], cwd: str, runs: int) -> None:
    """Run all commands in turn and print their medians, with the ratio of keyscan to each."""
    taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
    codes = {}
    for number in range(runs + 1):
        for name, command in commands.items():
            wall, cpu, codes[name] = timed(command, cwd)
            if number:
                taken[name].append((wall, cpu))
    ours = [statistics.median(column) for column in zip(*taken["keyscan"], strict=True)]
    print(f"{'command':28} {'wall s':>9} {'cpu s':>9} {'ratio wall':>11} {'ratio cpu':>10}  exit")
    for name, values in taken.items():
        wall, cpu = (statistics.median(column) for column in zip(*values, strict=True))
        print(f"{name:28} {wall:9.3f} {cpu:9.3f} {ours[0] / wall:11.2f} {ours[1] / cpu:10.2f}  {codes[name]}")


def sample_files(count: int) -> dict[str, str]:
    """Real source text: modules of the standard library, of 4 to 40 KB."""
    library = Path(os.__file__).parent
    found = {}
    for file in sorted(library.glob("*.py")):
        text = file.read_text(encoding="utf-8", errors="replace")
        if 4_000 < len(text) < 40_000:
            found[file.name] = text
        if len(found) == count:
            break
    return found


def staged(arguments: argparse.Namespace) -> None:
    """The hook with some files staged."""
    for count in arguments.files:
        with tempfile.TemporaryDirectory() as place:
            git = ["git", "-c", "user.name=n", "-c", "user.email=e@example.org"]
            subprocess.run([*git, "init", "-q"], cwd=place, check=True)
            subprocess.run([*git, "commit", "-q", "--allow-empty", "-m", "first"], cwd=place, check=True)
            for name, text in sample_files(count).items():
                Path(place, name).write_text(text, encoding="utf-8")
            subprocess.run(["git", "add", "."], cwd=place, check=True)
            commands = {"keyscan": [*arguments.keyscan, "staged"]}
            if arguments.betterleaks:
                commands["betterleaks git --staged"] = [
                    arguments.betterleaks, "git", "--staged", "--no-banner", "-s", "--exit-code", "0", ".",
                ]  # fmt: skip
            if arguments.gitleaks:
                commands["gitleaks git --staged"] = [
                    arguments.gitleaks, "git", "--pre-commit", "--staged", "--no-banner", "--log-level", "error",
                    "--exit-code", "0", ".",
                ]  # fmt: skip
            print(f"\nstaged files: {count}")
            compare(commands, place, arguments.runs)


def scan(arguments: argparse.Namespace) -> None:
    """A directory."""
    with tempfile.TemporaryDirectory() as out:
        where = str(Path(arguments.directory).resolve())
        commands = {
            "keyscan": [*arguments.keyscan, "scan", "--all", "--exit-zero", "-f", "json", "-o", f"{out}/k", where]
        }
        if arguments.betterleaks:
            commands["betterleaks fs"] = [
                arguments.betterleaks, "fs", where, "--no-banner", "-s", "-o", f"{out}/b.json", "--exit-code", "0",
            ]  # fmt: skip
        if arguments.gitleaks:
            commands["gitleaks dir"] = [
                arguments.gitleaks, "dir", "--no-banner", "--log-level", "error", "--report-format", "json",
                "--report-path", f"{out}/g", "--exit-code", "0", where,
            ]  # fmt: skip
        if arguments.kingfisher:
            commands["kingfisher --turbo"] = [
                arguments.kingfisher, "scan", where, "--no-validate", "--no-update-check", "--no-dedup", "-q",
                "--format", "json", "--output", f"{out}/f", "--turbo", "--git-history", "none",
            ]  # fmt: skip
        compare(commands, out, arguments.runs)


def startup(arguments: argparse.Namespace) -> None:
    """`keyscan --version` beside Python doing nothing."""
    commands = {"keyscan": [*arguments.keyscan, "--version"], "python -c pass": [sys.executable, "-c", "pass"]}
    compare(commands, ".", arguments.runs)


def main() -> None:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["startup", "staged", "scan"])
    parser.add_argument("directory", nargs="?", default=".")
    parser.add_argument("--files", type=int, action="append")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keyscan", help="the keyscan command (default: the one beside this Python)")
    for peer in ("betterleaks", "gitleaks", "kingfisher"):
        parser.add_argument(f"--{peer}", help=f"the {peer} binary")
    arguments = parser.parse_args()
    arguments.files = arguments.files or [1, 50]
    beside = Path(sys.executable).with_name("keyscan")
    arguments.keyscan = [arguments.keyscan] if arguments.keyscan else [str(beside)]
    {"startup": startup, "staged": staged, "scan": scan}[arguments.what](arguments)


if __name__ == "__main__":
    main()
