"""A progress bar on a terminal's standard error; silent anywhere else."""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_WIDTH = 24
# Seconds between two drawings.
_PAUSE = 0.1


class Bar:
    """Draws the progress of a history scan: the share done, the rate and the time remaining."""

    def __init__(self) -> None:
        self._stream = sys.stderr
        self._started = self._drawn = time.monotonic()
        self._shown = False

    def __call__(self, done: int, size: int, listed: int, *, final: bool) -> None:
        """Draw, if it is time to."""
        now = time.monotonic()
        if now - self._drawn < _PAUSE:
            return
        self._drawn, self._shown = now, True
        self._stream.write("\r" + line(done, size, listed, now - self._started, final=final) + "\x1b[K")
        self._stream.flush()

    def clear(self) -> None:
        """Clear the bar."""
        if self._shown:
            self._stream.write("\r\x1b[K")
            self._stream.flush()
            self._shown = False


@contextmanager
def step(what: str) -> Iterator[None]:
    """Show on a terminal's standard error which step is running, where no total is known."""
    if not sys.stderr.isatty():
        yield
        return
    sys.stderr.write(f"\rkeyscan: {what} ...\x1b[K")
    sys.stderr.flush()
    try:
        yield
    finally:
        sys.stderr.write("\r\x1b[K")
        sys.stderr.flush()


@contextmanager
def shown() -> Iterator[Bar | None]:
    """A bar if standard error is a terminal; it is cleared at the end."""
    current = bar()
    try:
        yield current
    finally:
        if current is not None:
            current.clear()


def bar() -> Bar | None:
    """A bar if standard error is a terminal."""
    return Bar() if sys.stderr.isatty() else None


def line(done: int, size: int, listed: int, seconds: float, *, final: bool) -> str:
    """The bar as text, with the time remaining once all objects are listed."""
    share = done / listed if listed else 0.0
    rate = size / 1e6 / seconds if seconds else 0.0
    filled = int(share * _WIDTH)
    remaining = ""
    if final and done:
        rest = round(seconds / done * (listed - done))
        remaining = f", {rest // 60}:{rest % 60:02} left"
    count = f"{done:,}/{listed:,}{'' if final else '+'} objects"
    return f"keyscan [{'#' * filled}{'.' * (_WIDTH - filled)}] {share:4.0%} {count}, {rate:,.0f} MB/s{remaining}"
