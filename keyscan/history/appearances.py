"""Where a whole history wrote which blob: read once from git's diffs, for the list of blobs and for provenance.

Every blob that a commit reaches was written by it or by one before it, or stands in what a merge took from a parent.
So the diffs of all commits name all blobs, and git need not list them once more.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from keyscan.git import commits as introduced
from keyscan.git.objects import Listed
from keyscan.support import process_pool as parallel

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from keyscan.git.command import Git
    from keyscan.model.blob import Skip

# Histories with more commits are listed by git, which needs no memory of ours: here it is some 12 bytes for each time
# that a file was written, and 200 for each blob.
MOST = 250_000

# From one batch of commits: the ages, ids of blobs and paths of what they wrote, and whether git read all of it.
_Part = tuple[int, "array[int]", list[bytes], list[bytes], bool]


class Written:
    """What commits wrote: (age, blob, path), the youngest first. The larger its age, the older is a commit.

    `blobs` are their ids, each with a number.
    """

    def __init__(self) -> None:
        self.blobs: dict[bytes, int] = {}
        self._paths: dict[bytes, int] = {}
        self._ages, self._which, self._where = array("I"), array("I"), array("I")
        self._first = array("I")

    def add(self, ages: Sequence[int], blobs: Sequence[bytes], paths: Sequence[bytes]) -> None:
        """Add what commits wrote that are older than all before."""
        at = len(self._which)
        known = len(self.blobs)
        which = [self.blobs.setdefault(blob, len(self.blobs)) for blob in blobs]
        self._ages.extend(ages)
        self._which.extend(which)
        self._where.extend([self._paths.setdefault(path, len(self._paths)) for path in paths])
        for place, number in enumerate(which, at):
            if number == known:
                self._first.append(place)
                known += 1

    def __len__(self) -> int:
        return len(self.blobs)

    def listed(self) -> Iterator[Listed]:
        """Every blob once, under the path where it was written last."""
        paths = list(self._paths)
        return (Listed(blob, paths[self._where[at]]) for blob, at in zip(self.blobs, self._first, strict=True))

    def age(self, number: int) -> int:
        """The age of the youngest commit that wrote the blob of this number."""
        return self._ages[self._first[number]]

    def places(self, wanted: Container[bytes]) -> Iterator[tuple[int, bytes, bytes]]:
        """(age, blob, path) for each time that one of the blobs in `wanted` was written."""
        paths = list(self._paths)
        numbers = {number: blob for blob, number in self.blobs.items() if blob in wanted}
        for at, number in enumerate(self._which):
            if number in numbers:
                yield self._ages[at], numbers[number], paths[self._where[at]]


def written(git: Git, commits: Sequence[bytes], jobs: int) -> Written | None:
    """What `commits`, the youngest first, wrote; None where that is too much, or git can't read all of it."""
    if len(commits) > MOST:
        return None
    tasks = [(at, commits[at : at + introduced.BATCH]) for at in range(0, len(commits), introduced.BATCH)]
    parts = sorted(parallel.stream(_Lister(git), tasks, jobs), key=_start)
    if not all(whole for *_, whole in parts):
        return None
    found = Written()
    for _, ages, blobs, paths, _ in parts:
        found.add(ages, blobs, paths)
    return found


def _start(part: _Part) -> int:
    return part[0]


class _Lister:
    """Reads what a batch of commits wrote; what a worker process runs."""

    def __init__(self, git: Git) -> None:
        self._git = git

    def __call__(self, task: tuple[int, Sequence[bytes]]) -> _Part:
        start, commits = task
        ages = {commit: start + number for number, commit in enumerate(commits)}
        when, blobs, paths = array("I"), [], []
        trouble: list[Skip] = []
        # Paths come again and again: one object each is sent to the parent.
        known: dict[bytes, bytes] = {}
        for commit, path, blob, _ in introduced.writes(self._git, commits, None, trouble):
            when.append(ages[commit])
            blobs.append(blob)
            paths.append(known.setdefault(path, path))
        return start, when, blobs, paths, not trouble
