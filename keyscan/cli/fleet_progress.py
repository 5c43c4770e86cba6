"""Progress of a fleet audit: a live view on a terminal, one line a repository elsewhere."""

from __future__ import annotations

import json
import sys
import time
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Self

from keyscan.reporters.shared.escape import clean
from keyscan.support.plural import plural

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyscan.fleet.model import RepositoryResult


class Lines:
    """One line a repository on standard error, as text or JSON."""

    def __init__(self, *, as_json: bool) -> None:
        self._json = as_json

    def __call__(self, result: RepositoryResult, done: int, total: int) -> None:
        """Write the line of a finished repository."""
        sys.stderr.write((json_line(result, done, total) if self._json else line(result, done, total)) + "\n")
        sys.stderr.flush()


def line(result: RepositoryResult, done: int, total: int) -> str:
    """A finished repository as text."""
    reason = f": {clean(result.reason)}" if result.reason else ""
    count = f", {plural(len(result.findings), 'finding')}" if result.findings else ""
    name = clean(result.repository.name)
    return f"[{done}/{total}] {result.status} {name}{reason}{count} ({result.seconds:.1f} s)"


def json_line(result: RepositoryResult, done: int, total: int) -> str:
    """A finished repository as a JSON object."""
    event: dict[str, Any] = {
        "done": done,
        "total": total,
        "repository": clean(result.repository.name),
        "status": str(result.status),
        "reason": clean(result.reason),
        "findings": len(result.findings),
        "bytes": result.bytes,
        "seconds": round(result.seconds, 3),
    }
    return json.dumps(event)


class Live:
    """A bar with repositories, bytes, findings, rate and time left, redrawn in place by rich."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self._progress = Progress(
            TextColumn("keyscan fleet"),
            BarColumn(),
            TextColumn("{task.completed}/{task.total} repositories"),
            TextColumn("{task.fields[bytes]}, {task.fields[findings]} findings, {task.fields[rate]}"),
            TimeRemainingColumn(),
            console=Console(stderr=True),
            transient=True,
        )
        self._task = self._progress.add_task("", total=None, bytes="0 MB", findings=0, rate="")
        self._started, self._bytes, self._findings = time.monotonic(), 0, 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def __call__(self, result: RepositoryResult, done: int, total: int) -> None:
        """Draw with one more repository finished; one that failed keeps its line above the bar."""
        self._bytes += result.bytes
        self._findings += len(result.findings)
        rate = done / max(time.monotonic() - self._started, 1e-3)
        self._progress.update(
            self._task,
            completed=done,
            total=total,
            bytes=f"{self._bytes / 1e6:,.0f} MB",
            findings=self._findings,
            rate=f"{rate:.1f}/s",
        )
        if result.reason:
            self._progress.console.print(line(result, done, total), markup=False, highlight=False)


def listener(log_format: str) -> AbstractContextManager[Callable[[RepositoryResult, int, int], None]]:
    """The view for `log_format` (auto, text, json): live on a terminal under auto."""
    if log_format == "auto" and sys.stderr.isatty():
        try:
            return Live()
        except ImportError:
            pass
    return nullcontext(Lines(as_json=log_format == "json"))
