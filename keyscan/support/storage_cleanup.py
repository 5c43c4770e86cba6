"""Removing stored files from the cache directory: all of them, or those that nobody changed for long.

Only a file that begins with its own digest was stored by us: anything else is somebody's, whatever its name.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keyscan.support import storage

if TYPE_CHECKING:
    from collections.abc import Callable

# How the names of stored files begin, and after how many days without a change each is removed: what is still in use
# then is made again, in a second; the ids of a large history take longer.
_KEPT_DAYS = {"quick-": 60, "doubtful-": 60, "first-": 60, "rules-": 60, "program-": 60, "patterns-": 60, "plain-": 60,
              "seen-": 365}  # fmt: skip


def clear(keep: Callable[[str], bool] = lambda _name: False) -> tuple[int, int]:
    """Remove what is stored, except names for which `keep` is true; returns how many files went, and how many stay."""
    try:
        with os.scandir(storage.cache_directory()) as listing:
            paths = [entry.path for entry in listing if entry.is_file(follow_symlinks=False) and not keep(entry.name)]
    except OSError:
        return 0, 0
    gone = sum(map(_removed, paths))
    return gone, len(paths) - gone


def tidy(now: float) -> int:
    """Remove files that nobody changed for long, mostly those of former versions; returns how many.

    `now`: seconds since the epoch. Only files that `clear` would remove, too; a clock that was wrong removes too much,
    which costs time and loses nothing.
    """
    try:
        with os.scandir(storage.cache_directory()) as listing:
            old = [entry.path for entry in listing if _is_old(entry, now)]
    except OSError:
        return 0
    return sum(map(_removed, old))


def _removed(path: str) -> bool:
    """Remove the file at `path` if it was stored by us; whether it is gone."""
    try:
        if not is_stored(path):
            return False
        os.unlink(path)  # noqa: PTH108
    except OSError:
        return False
    return True


def _is_old(entry: os.DirEntry[str], now: float) -> bool:
    days = _KEPT_DAYS.get(entry.name[: entry.name.find("-") + 1])
    try:
        return (
            days is not None
            and entry.is_file(follow_symlinks=False)
            and now - entry.stat(follow_symlinks=False).st_mtime > days * 86_400
        )
    except OSError:
        return False


def is_stored(path: str) -> bool:
    """Whether the file at `path` begins with the digest of its rest, as text with a line's end or as bytes.

    Of its name and its rest, or as former versions had it, of its rest alone.
    """
    with open(path, "rb") as file:  # noqa: PTH123
        data = file.read()
    name, length = os.path.basename(path), storage.DIGEST_BYTES  # noqa: PTH119
    first, _, rest = data.partition(b"\n")
    if len(first) == length * 2 and first in {storage.stamp(name, rest), storage.digest_of(rest).encode()}:
        return True
    start, rest = data[:length], data[length:]
    stamps = {storage.stamp(name, rest), storage.digest_of(rest).encode()}
    return len(start) == length and start.hex().encode() in stamps
