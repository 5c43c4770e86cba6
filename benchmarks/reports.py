"""How long each format takes for many findings, and the memory: `python benchmarks/reports.py [COUNT]`.

Each format runs in a process of its own, so that the peak is its own; the report alone is measured first.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests")]


def peak() -> float:
    """This process's peak memory in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def one(name: str, count: int) -> None:
    """Render `count` findings, half of them in deleted files of history, and print what it took."""
    import reports

    from keyscan.model.blob import Origin
    from keyscan.reporters.registry import render

    found = [
        reports.historic(i) if i % 2 else reports.finding(i, origin=Origin(f"src/package_{i % 500}/module_{i}.py"))
        for i in range(count)
    ]
    report = reports.report(*found)
    before = peak()
    started, used = time.perf_counter(), time.process_time()
    text = render(name, report) if name != "nothing" else ""
    seconds, cpu = time.perf_counter() - started, time.process_time() - used
    memory = f"{peak():5.0f} MB (the report alone {before:4.0f})"
    print(f"{name:15} {seconds:6.2f} s ({cpu:5.2f} s of CPU) {memory}, {len(text) / 1e6:5.1f} MB written")


def main() -> None:
    """Every format, each in its own process."""
    if len(sys.argv) == 3:
        one(sys.argv[1], int(sys.argv[2]))
        return
    from keyscan.reporters.registry import REPORTERS

    count = sys.argv[1] if len(sys.argv) == 2 else "30000"
    print(f"{count} findings")
    for name in REPORTERS:
        subprocess.run([sys.executable, __file__, name, count], check=True)


if __name__ == "__main__":
    main()
