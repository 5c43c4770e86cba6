"""A history audit's job, and the result of a batch of objects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from keyscan.engine.matcher import Matcher
    from keyscan.git.command import Git
    from keyscan.git.objects import Listed
    from keyscan.history.clean_objects import CleanObjects
    from keyscan.scan.result import ScanOptions, ScanResult


class Progress(Protocol):
    """Receives how far a scan is."""

    def __call__(self, done: int, size: int, listed: int, *, final: bool) -> None:
        """`done` objects and `size` bytes of the `listed` so far; `final`: no more will be listed."""
        ...


@dataclass(frozen=True, slots=True)
class HistoryJob:
    """What to scan with: shared by all steps of an audit.

    `jobs`: processes, 0 for one per core. `packs`: whether to walk packs by their deltas; None: where that is faster.
    """

    git: Git
    matcher: Matcher
    options: ScanOptions
    jobs: int = 0
    progress: Progress | None = None
    store: CleanObjects | None = None
    packs: bool | None = None


@dataclass(frozen=True, slots=True)
class BatchResult:
    """The result of one batch: findings with one of their paths, and keys of the objects that contain nothing.

    `clean` are keys of `clean_objects`, concatenated; `count` objects are done, `remaining` still have to be read.
    """

    result: ScanResult
    clean: bytes = b""
    count: int = 0
    remaining: tuple[Listed, ...] = ()
