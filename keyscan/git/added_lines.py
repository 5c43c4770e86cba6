"""Which lines a change adds: new against every earlier version."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.git.command import PATHSPEC_MAGIC
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyscan.git.command import Git

_HUNK = lazy_pattern(rb"^@@ -\S+ \+(\d+)(?:,(\d+))? @@", re.MULTILINE)
_DIFF = ("-U0", "--no-ext-diff", "--no-textconv", "--no-color", "--no-renames", "--text")


def lines(git: Git, *versions: str) -> list[range]:
    """The lines, from 1, that `git diff VERSIONS` adds; paths among them are made by `from_top`."""
    out = git.run(PATHSPEC_MAGIC, "diff", *_DIFF, *versions)
    ranges = []
    for hunk in _HUNK.finditer(out):
        start, count = int(hunk.group(1)), int(hunk.group(2) or 1)
        if count:
            ranges.append(range(start, start + count))
    return ranges


def common(versions: Iterable[list[range]]) -> list[range] | None:
    """The lines that are in all of `versions`; None when there are none to compare with, so that all are new."""
    shared: list[range] | None = None
    for ranges in versions:
        shared = ranges if shared is None else _both(shared, ranges)
    return shared


def _both(left: list[range], right: list[range]) -> list[range]:
    """The parts that are in a range of `left` and in one of `right`."""
    shared = []
    for a in left:
        for b in right:
            low, high = max(a.start, b.start), min(a.stop, b.stop)
            if low < high:
                shared.append(range(low, high))
    return shared
