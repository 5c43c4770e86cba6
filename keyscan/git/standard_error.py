"""The standard error of a running git, read as it comes: git waits for ever once the pipe for it is full.

A repository decides how much that is: git complains of each damaged pack at each object that it looks for.
"""

from __future__ import annotations

from contextlib import suppress
from threading import Thread
from typing import IO

# Bytes that are kept; the reason why a git failed is among the last lines.
_KEPT = 1 << 16


class StandardError:
    """Reads the standard error of one git until it ends; the last lines of it are kept."""

    def __init__(self, pipe: IO[bytes]) -> None:
        """Start to read `pipe`, which is closed at its end."""
        self._pipe, self._kept = pipe, b""
        self._thread = Thread(target=self._read, daemon=True)
        self._thread.start()

    def _read(self) -> None:
        with suppress(OSError, ValueError), self._pipe:
            while part := self._pipe.read1(1 << 16):  # type: ignore[attr-defined]
                self._kept = (self._kept + part)[-_KEPT:]

    def text(self) -> bytes:
        """What the git wrote, at most its last 64 KB; waits until the git has ended."""
        self._thread.join()
        return self._kept
