"""A bound on the processor time that optional work may take in one process."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import TracebackType


class WorkBudget:
    """Seconds of processor time; what runs inside `with budget:` is counted, and `spent` says that none are left."""

    def __init__(self, seconds: float) -> None:
        self.seconds = self._remaining = seconds
        self._started = 0.0

    @property
    def spent(self) -> bool:
        """Whether the work should no longer be done."""
        return self._remaining <= 0

    def over(self) -> bool:
        """Whether the work that runs inside `with budget:` now should stop; before, what `spent` says."""
        running = time.thread_time() - self._started if self._started else 0.0
        return self._remaining <= running

    def __enter__(self) -> None:
        self._started = time.thread_time()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._remaining -= time.thread_time() - self._started
        self._started = 0.0
