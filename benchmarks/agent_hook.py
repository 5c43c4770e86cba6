"""Times an agent's hook on a clean event, beside an empty Python script: wall and processor time of whole processes.

python benchmarks/agent_hook.py [RUNS]
"""

from __future__ import annotations

import json
import resource
import statistics
import subprocess
import sys
import time
from pathlib import Path

TEXT = (Path(__file__).parent.parent / "keyscan/sources/files.py").read_text(encoding="utf-8")
HOOK = ["-I", "-m", "keyscan", "agent", "hook", "claude-code"]


def event(size: int) -> bytes:
    """A clean event: a file of `size` characters that was read."""
    text = (TEXT * (size // len(TEXT) + 1))[:size]
    return json.dumps({
        "session_id": "00000000-0000-4000-8000-000000000001", "prompt_id": "00000000-0000-4000-8000-000000000002",
        "transcript_path": "/home/u/.claude/projects/p/00000000-0000-4000-8000-000000000001.jsonl", "cwd": "/home/u/p",
        "permission_mode": "acceptEdits", "hook_event_name": "PostToolUse", "tool_name": "Read",
        "tool_input": {"file_path": "files.py"}, "tool_response": {"type": "text", "file": {"content": text}},
    }).encode()  # fmt: skip


def measure(arguments: list[str], data: bytes, runs: int) -> str:
    """Median and 95th percentile of the wall time, median of the processor time, in milliseconds."""
    walls, cpus = [], []
    for _ in range(runs):
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        done = subprocess.run([sys.executable, *arguments], input=data, capture_output=True, check=True)
        walls.append((time.perf_counter() - started) * 1000)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        cpus.append((after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000)
        assert not done.stdout
    walls.sort()
    return f"{statistics.median(walls):6.1f} {walls[int(runs * 0.95)]:6.1f} {statistics.median(cpus):6.1f}"


def main() -> None:
    """Print a line for each case."""
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    subprocess.run([sys.executable, "-I", "-m", "keyscan", "scan", "-"], input=b"x", capture_output=True, check=False)
    cases = {
        "empty script, -I -S": (["-I", "-S", "-c", "pass"], b""),
        "empty script, -I": (["-I", "-c", "pass"], b""),
        "hook, 10 KB": (HOOK, event(10_000)),
        "hook, 100 KB": (HOOK, event(100_000)),
        "hook, 1 MB": (HOOK, event(1_000_000)),
    }
    print(f"{'milliseconds':22} median    p95    cpu")
    for name, (arguments, data) in cases.items():
        print(f"{name:22} {measure(arguments, data, runs)}")


if __name__ == "__main__":
    main()
