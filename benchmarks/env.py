"""`keyscan env` on a large repository: wall and processor seconds of whole processes, and a floor of git alone.

    python benchmarks/env.py [--files 50000] [--runs 7]

The repository has FILES tracked files in 500 directories, environment files that are tracked, ignored and not
ignored, a Dockerfile, and one commit. The floor is git's own listing of the index and of untracked files.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

from speed import timed

ROOT = Path(__file__).resolve().parent.parent


def build(place: str, count: int) -> None:
    """The repository, made in `place`."""
    root = Path(place)
    for number in range(500):
        directory = root / f"packages/p{number % 20}/m{number}"
        directory.mkdir(parents=True)
        for name in range(count // 500):
            (directory / f"file{name}.py").write_text("x = 1\n" * 20)
    (root / ".gitignore").write_text(".env\n")
    (root / ".env.example").write_text("OPENAI_API_KEY=\n")
    (root / "Dockerfile").write_text("FROM x\nCOPY . .\n")
    for name in ("api/.env", "web/.env.production", "web/.env.local"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("OPENAI_API_KEY=your-key\nDEBUG=1\n")
    git = ["git", "-c", "user.name=a", "-c", "user.email=a@example.org"]
    for arguments in (["init", "-q"], ["add", "-A"], ["commit", "-qm", "all"]):
        subprocess.run([*git, *arguments], cwd=place, check=True)


def main() -> None:
    """Build, warm up once, run, and print medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--files", type=int, default=50_000)
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    os.environ["PYTHONPATH"] = str(ROOT)
    commands = {
        "keyscan env": [sys.executable, "-m", "keyscan", "env"],
        "keyscan env --no-history": [sys.executable, "-m", "keyscan", "env", "--no-history"],
        "git ls-files, twice": ["sh", "-c", "git ls-files -s -z; git ls-files -o -z"],
    }
    with tempfile.TemporaryDirectory() as place:
        build(place, options.files)
        taken: dict[str, list[tuple[float, float]]] = {name: [] for name in commands}
        for number in range(options.runs + 1):
            for name, command in commands.items():
                wall, cpu, _ = timed(command, place)
                if number:
                    taken[name].append((wall, cpu))
    load = os.getloadavg()[0]
    print(f"{options.files} files, {options.runs} runs, {os.cpu_count()} cores, load {load:.1f}")
    for name, values in taken.items():
        wall, cpu = (statistics.median(column) for column in zip(*values, strict=True))
        print(f"{name:28} {wall:6.3f} s wall {cpu:6.3f} s processor, fastest {min(values)[0]:6.3f}")


if __name__ == "__main__":
    main()
