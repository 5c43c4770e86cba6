"""Which commit of a history wrote which blob at which path: read once from git's diffs, for listing and provenance.

Every blob that a commit reaches was written by it or by an earlier one, or is in what a merge took from a parent. So
the diffs of all commits name all blobs, and git need not list them once more.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

from keyscan.git.commits import BATCH, writes
from keyscan.git.objects import Listed
from keyscan.model.blob import Skip
from keyscan.support import process_pool

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from keyscan.git.command import Git

# Histories with more commits are listed by git, which needs no memory of ours: here it takes some 12 bytes for each
# time that a file was written, and 200 for each blob.
MAX_COMMITS = 250_000


class _Part(NamedTuple):
    """What one batch of commits wrote: ages, ids of blobs and paths, and whether git read all of it."""

    start: int
    ages: array[int]
    blobs: list[bytes]
    paths: list[bytes]
    complete: bool


class Appearances:
    """What commits wrote: (age, blob, path), the youngest first; the older a commit, the larger its age.

    `blobs` are their ids, each with a number.
    """

    def __init__(self) -> None:
        self.blobs: dict[bytes, int] = {}
        self._paths: dict[bytes, int] = {}
        self._ages, self._blob_numbers, self._path_numbers = array("I"), array("I"), array("I")
        # For each blob, by number, its first entry in the three arrays.
        self._first = array("I")

    def add(self, ages: Sequence[int], blobs: Sequence[bytes], paths: Sequence[bytes]) -> None:
        """Add what commits wrote that are older than all added before."""
        at = len(self._blob_numbers)
        known = len(self.blobs)
        numbers = [self.blobs.setdefault(blob, len(self.blobs)) for blob in blobs]
        self._ages.extend(ages)
        self._blob_numbers.extend(numbers)
        self._path_numbers.extend([self._paths.setdefault(path, len(self._paths)) for path in paths])
        for entry, number in enumerate(numbers, at):
            if number == known:
                self._first.append(entry)
                known += 1

    def __len__(self) -> int:
        return len(self.blobs)

    def listed(self) -> Iterator[Listed]:
        """Every blob once, at the path where it was written last."""
        paths = list(self._paths)
        return (Listed(blob, paths[self._path_numbers[at]]) for blob, at in zip(self.blobs, self._first, strict=True))

    def age(self, number: int) -> int:
        """The age of the youngest commit that wrote the blob with this number."""
        return self._ages[self._first[number]]

    def locations(self, wanted: Container[bytes]) -> Iterator[tuple[int, bytes, bytes]]:
        """(age, blob, path) for each time that one of the blobs in `wanted` was written."""
        paths = list(self._paths)
        numbers = {number: blob for blob, number in self.blobs.items() if blob in wanted}
        for at, number in enumerate(self._blob_numbers):
            if number in numbers:
                yield self._ages[at], numbers[number], paths[self._path_numbers[at]]


def appearances(git: Git, commits: Sequence[bytes], jobs: int) -> Appearances | None:
    """What `commits`, the youngest first, wrote; None where that is too much, or git cannot read all of it."""
    if len(commits) > MAX_COMMITS:
        return None
    tasks = [(at, commits[at : at + BATCH]) for at in range(0, len(commits), BATCH)]
    parts = sorted(process_pool.stream(_Lister(git), tasks, jobs), key=lambda part: part.start)
    if not all(part.complete for part in parts):
        return None
    result = Appearances()
    for part in parts:
        result.add(part.ages, part.blobs, part.paths)
    return result


class _Lister:
    """Reads what a batch of commits wrote; what a worker process runs."""

    def __init__(self, git: Git) -> None:
        self._git = git

    def __call__(self, task: tuple[int, Sequence[bytes]]) -> _Part:
        start, commits = task
        ages = {commit: start + number for number, commit in enumerate(commits)}
        part = _Part(start, array("I"), [], [], complete=True)
        # Paths repeat: one object for each is sent to the parent process.
        paths: dict[bytes, bytes] = {}
        for write in writes(self._git, commits):
            if isinstance(write, Skip):
                return part._replace(complete=False)
            commit, path, blob, _ = write
            part.ages.append(ages[commit])
            part.blobs.append(blob)
            part.paths.append(paths.setdefault(path, path))
        return part
