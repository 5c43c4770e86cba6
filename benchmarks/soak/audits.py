"""Audits as processes of their own: their results, their memory, how they are killed and what they leave behind."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import random

# Every process of an audit inherits this variable, by which those that are left over are found.
MARK = "KEYSCAN_SOAK"
_HANGS = 120.0
_GONE_WITHIN = 10.0


@dataclass(frozen=True)
class Outcome:
    """What an audit said: its exit code and document, and its largest process in megabytes."""

    code: int
    document: dict[str, Any]
    megabytes: float
    seconds: float
    errors: str = ""

    @property
    def facts(self) -> tuple[object, ...]:
        """What must be equal however the audit was done."""
        skipped = sorted({(skip["path"], skip["reason"]) for skip in self.document.get("skipped", ())})
        return self.code, self.document.get("complete"), skipped, self.document.get("findings")


class Audits:
    """Audits with one cache and one directory for temporary files, below `place`."""

    def __init__(self, place: Path) -> None:
        """Make the directories."""
        self.cache, self.temporary, self.mark = place / "cache", place / "tmp", f"{os.getpid()}"
        for directory in (self.cache, self.temporary, place / "home"):
            directory.mkdir(parents=True)
        self._env = {name: value for name, value in os.environ.items() if not name.startswith(("GIT_", "KEYSCAN_"))}
        self._env |= {
            MARK: self.mark,
            "KEYSCAN_CACHE_DIR": str(self.cache),
            "TMPDIR": str(self.temporary),
            "HOME": str(place / "home"),
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_CONFIG_SYSTEM": os.devnull,
        }

    def start(self, python: str, repo: Path, *options: str, out: Any = subprocess.PIPE) -> subprocess.Popen[bytes]:
        """A started audit."""
        command = [python, "-I", "-m", "keyscan", "history", "--format", "json", *options, "."]
        return subprocess.Popen(command, cwd=repo, env=self._env, stdout=out, stderr=subprocess.PIPE)

    def run(self, python: str, repo: Path, *options: str) -> Outcome:
        """Audit a repository."""
        begun = time.perf_counter()
        with (self.temporary.parent / "out.json").open("w+b") as out:
            process = self.start(python, repo, *options, out=out)
            assert process.stderr is not None
            errors = process.stderr.read().decode("utf-8", "replace")
            process.stderr.close()
            _, status, used = os.wait4(process.pid, 0)
            process.returncode = os.waitstatus_to_exitcode(status)
            out.seek(0)
            text = out.read()
        document = json.loads(text) if text else {}
        taken = time.perf_counter() - begun
        return Outcome(process.returncode, document, used.ru_maxrss / 1000, taken, errors)

    def kill(self, python: str, repo: Path, options: tuple[str, ...], rng: random.Random) -> str:
        """Start an audit and kill something of it after a random time; says what is wrong then, or nothing."""
        process = self.start(python, repo, *options, out=subprocess.DEVNULL)
        time.sleep(rng.random() ** 2 * 2)
        kind = rng.choice(("interrupt", "terminate", "kill", "child"))
        if kind == "child":
            children = [pid for pid in self.left_over() if pid != process.pid]
            if children:
                _signal(rng.choice(children), signal.SIGKILL)
        else:
            numbers = {"interrupt": signal.SIGINT, "terminate": signal.SIGTERM, "kill": signal.SIGKILL}
            _signal(process.pid, numbers[kind])
        try:
            _, errors = process.communicate(timeout=_HANGS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            return f"{kind}: still running after {_HANGS:.0f} s"
        if b"Traceback" in errors:
            return f"{kind}: {errors.decode('utf-8', 'replace')[-2000:]}"
        if kind == "child" and process.returncode not in {0, 1, 3}:
            return f"child killed: exit code {process.returncode}"
        if kind == "interrupt" and process.returncode not in {0, 1, 3, 130, -signal.SIGINT}:
            return f"interrupted: exit code {process.returncode}"
        return self.remains(kind)

    def remains(self, kind: str) -> str:
        """What processes and files an audit left, after a moment; or nothing."""
        deadline = time.monotonic() + _GONE_WITHIN
        while (left := self.left_over()) and time.monotonic() < deadline:
            time.sleep(0.05)
        if left:
            return f"{kind}: processes left: {[_command(pid) for pid in left]}"
        files = sorted(file.name for file in self.temporary.iterdir())
        for file in files:
            (self.temporary / file).unlink()
        return f"{kind}: files left: {files}" if files else ""

    def left_over(self) -> list[int]:
        """The processes of audits that run now."""
        wanted, found = f"{MARK}={self.mark}".encode(), []
        for entry in os.scandir("/proc"):
            if entry.name.isdecimal():
                with contextlib.suppress(OSError):
                    if wanted in Path(entry.path, "environ").read_bytes().split(b"\0"):
                        found.append(int(entry.name))
        return found


class Resident:
    """One process that audits again and again, whose memory must stay what it was."""

    def __init__(self, python: str, audits: Audits) -> None:
        """Start it; its memory is told after each audit."""
        self.megabytes: list[float] = []
        env = {name: value for name, value in audits._env.items() if name != MARK}  # noqa: SLF001
        self._process = subprocess.Popen(
            [python, "-I", "-c", _RESIDENT], env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def run(self, repo: Path) -> int:
        """Audit `repo` once; the exit code."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        print(repo, file=self._process.stdin, flush=True)
        code, pages = self._process.stdout.readline().split()
        self.megabytes.append(int(pages) * os.sysconf("SC_PAGE_SIZE") / 1e6)
        return int(code)

    def stop(self) -> None:
        """End it."""
        self._process.communicate("")

    def grown(self) -> float:
        """Megabytes by which the median of the last quarter is above that of the second."""
        count = len(self.megabytes) // 4
        early, late = sorted(self.megabytes[count : 2 * count]), sorted(self.megabytes[-count:])
        return late[count // 2] - early[count // 2] if count else 0.0


def _signal(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _command(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")[:150]
    except OSError:
        return "(gone)"


# Prints go to /dev/null; the answer (exit code, pages) to the stream that the process was given.
_RESIDENT = """
import gc, os, sys
answers = os.fdopen(os.dup(1), "w")
os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
from keyscan.cli import main
for line in sys.stdin:
    os.chdir(line.rstrip("\\n"))
    code = main.main(["history", "--no-cache", "--jobs", "1", "--format", "json", "."])
    gc.collect()
    with open("/proc/self/statm") as file:
        pages = file.read().split()[1]
    print(int(code), pages, file=answers, flush=True)
"""

if __name__ == "__main__":
    sys.exit("run benchmarks/soak/run.py")
