"""When each agent's hook was last run, and what went wrong: small files in the cache directory, nothing secret."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

# Errors kept for each agent.
_KEPT = 20
_LONGEST = 300


@dataclass(frozen=True, slots=True)
class Journal:
    """The records of one agent in `directory`; what cannot be written or read is left out."""

    directory: Path
    agent: str

    def seen(self) -> None:
        """Record that an event was received now."""
        with suppress(OSError):
            self._make()
            (self.directory / f"{self.agent}.seen").write_bytes(b"")

    def failed(self, why: str) -> None:
        """Record an error, of which the last few are kept."""
        line = f"{time.strftime('%Y-%m-%dT%H:%M:%SZ', time.gmtime())} {why[:_LONGEST]}"
        with suppress(OSError):
            self._make()
            lines = [*self.errors(), line.replace("\n", " ")][-_KEPT:]
            (self.directory / f"{self.agent}.errors").write_text("\n".join(lines) + "\n", encoding="utf-8")

    def last_seen(self) -> float | None:
        """When the last event was received, in seconds since the epoch; None if there was none."""
        try:
            return os.stat(self.directory / f"{self.agent}.seen").st_mtime  # noqa: PTH116
        except OSError:
            return None

    def errors(self) -> list[str]:
        """The last errors, oldest first."""
        try:
            return (self.directory / f"{self.agent}.errors").read_text(encoding="utf-8").splitlines()
        except (OSError, ValueError):
            return []

    def _make(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
