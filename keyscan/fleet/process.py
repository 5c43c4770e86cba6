"""A process that audits repositories one by one, and the watch over it: time, memory, sudden end.

What a repository can do to an audit (hang git, fill memory, crash a native library) ends this process and nothing
else. Requests and answers are pickled records over pipes between two processes of ours; each has its length before it.
"""

from __future__ import annotations

import os
import pickle
import queue
import signal
import struct
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from keyscan.fleet import clone
from keyscan.fleet.model import RepositoryResult, Status

if TYPE_CHECKING:
    from keyscan.fleet.model import FleetOptions, Task

_LENGTH = struct.Struct(">Q")
# Seconds between two looks at the memory of a running audit.
_PAUSE = 0.5
# Seconds between two looks at the size of its clone, which reads directories.
_SIZE_PAUSE = 2.0
# -I: neither the current directory nor PYTHONPATH decides what is imported.
_COMMAND = (sys.executable, "-I", "-c", "from keyscan.fleet.process import main; main()")


class AuditProcess:
    """An audit process as its owner sees it: started when needed, ended when it takes too much."""

    def __init__(self, options: FleetOptions) -> None:
        self._options = options
        self._process: subprocess.Popen[bytes] | None = None
        self._answers: queue.Queue[Any] = queue.Queue()
        self._sized = 0.0

    def audit(self, task: Task) -> RepositoryResult:
        """The result for `task`; if the process crashes, the result requests a retry."""
        process = self._started()
        started = time.monotonic()
        try:
            _send(process.stdin, task)
        except OSError:
            return self._lost(task)
        while True:
            try:
                answer = self._answers.get(timeout=_PAUSE)
            except queue.Empty:
                reason = self._over(started, task)
                if reason:
                    self.close()
                    self._remove_clone(task)
                    return RepositoryResult(task.repository, Status.FAILED, reason, seconds=time.monotonic() - started)
                continue
            if answer is None:
                return self._lost(task)
            result: RepositoryResult = answer
            return result

    def _over(self, started: float, task: Task) -> str:
        """Which limit the running audit has passed; empty for none."""
        if time.monotonic() - started > self._options.timeout:
            return f"took longer than {self._options.timeout:g} seconds (--timeout)"
        if self._options.memory and self._memory() > self._options.memory:
            return f"needs more than {self._options.memory >> 20} MB of memory (--memory)"
        if self._options.disk and not task.repository.local and self._clone_size(task) > self._options.disk:
            return f"its clone is larger than the disk budget of {self._options.disk >> 20} MB (--disk)"
        return ""

    def _clone_size(self, task: Task) -> int:
        """The bytes of the clone so far, looked at once in two seconds."""
        if time.monotonic() - self._sized < _SIZE_PAUSE:
            return 0
        self._sized = time.monotonic()
        return clone.size_of(clone.place(Path(self._options.state), task.repository))

    def _remove_clone(self, task: Task) -> None:
        """Remove what an ended process left of a clone."""
        if not task.repository.local and not self._options.keep:
            clone.remove(clone.place(Path(self._options.state), task.repository))

    def _memory(self) -> int:
        """The resident bytes of the process and all that it started."""
        import psutil

        total = 0
        with suppress(psutil.Error):
            top = psutil.Process(self._process.pid if self._process else 0)
            for one in (top, *top.children(recursive=True)):
                with suppress(psutil.Error):
                    total += one.memory_info().rss
        return total

    def _lost(self, task: Task) -> RepositoryResult:
        self.close()
        return RepositoryResult(
            task.repository, Status.FAILED, "the process that audited it ended (out of memory?)", retry=True
        )

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._process.poll() is None:
            return self._process
        self._answers = queue.Queue()
        self._process = subprocess.Popen(
            _COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True
        )
        _send(self._process.stdin, self._options)
        threading.Thread(target=_collect, args=(self._process.stdout, self._answers), daemon=True).start()
        return self._process

    def close(self) -> None:
        """End the process and all that it started."""
        process, self._process = self._process, None
        if process is None:
            return
        _end_group(process.pid)
        with suppress(OSError):
            process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            with suppress(OSError):
                pipe.close()  # type: ignore[union-attr] # both are pipes


def _end_group(pid: int) -> None:
    """End the process group `pid`: the audit and its gits."""
    if hasattr(os, "killpg"):
        with suppress(OSError):
            os.killpg(pid, signal.SIGKILL)


def _collect(pipe: IO[bytes], answers: queue.Queue[Any]) -> None:
    """Put each answer into `answers`, None at the end."""
    with suppress(OSError, ValueError, EOFError, pickle.UnpicklingError):
        while True:
            answers.put(_receive(pipe))
    answers.put(None)


def _send(pipe: IO[bytes] | None, record: object) -> None:
    if pipe is None:
        raise BrokenPipeError
    data = pickle.dumps(record)
    pipe.write(_LENGTH.pack(len(data)) + data)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    head = pipe.read(_LENGTH.size)
    if len(head) != _LENGTH.size:
        raise EOFError
    (size,) = _LENGTH.unpack(head)
    return pickle.loads(pipe.read(size))  # noqa: S301 - from a process that we started


def main() -> None:
    """The audit process: options first, then a task at a time until the pipe ends, which ends all."""
    requests, answers = sys.stdin.buffer, os.fdopen(os.dup(1), "wb")
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # nothing else may write among the answers
    from keyscan.fleet.auditor import Auditor

    auditor = Auditor(_receive(requests))
    tasks: queue.Queue[Any] = queue.Queue()
    threading.Thread(target=_read_tasks, args=(requests, tasks), daemon=True).start()
    while True:
        _send(answers, auditor.audit(tasks.get()))


def _read_tasks(pipe: IO[bytes], tasks: queue.Queue[Any]) -> None:
    """Queue each task; when the owner has gone, end this process and its gits at once, whatever they are doing."""
    with suppress(Exception):
        while True:
            tasks.put(_receive(pipe))
    _end_group(os.getpid())
    os._exit(0)
