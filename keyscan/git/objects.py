"""Objects by the thousand: which there are, and their contents, each read once.

`git rev-list --objects` names a path for each blob. Sorted by that path, the versions of a file stand together,
and git rebuilds each from the one before: half the time of reading them in the pack's own order (measured on four
histories; `benchmarks/history.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, NamedTuple

from keyscan.git.output import Output
from keyscan.model.blob import CHUNK_SIZE, Skip

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from keyscan.git.command import Git

# Objects that are sorted by path together. Bounds memory; larger windows hardly read faster.
WINDOW = 65_536
# Objects that a worker takes at a time.
BATCH = 1024
# Objects of one batch that may break git before the rest of the batch is given up.
_MOST_BREAKS = 50
# Keeps each reading git small: its memory for delta bases, and the size from which it streams.
_LIMITS = ("-c", "core.deltaBaseCacheLimit=48m", "-c", "core.bigFileThreshold=32m")


@dataclass(frozen=True, slots=True)
class Selection:
    """Revisions as `git rev-list` takes them: options, and ids (excluded ones with `^`)."""

    options: tuple[str, ...] = ()
    ids: tuple[bytes, ...] = ()


class Listed(NamedTuple):
    """An object, and one of its paths (empty when it has none)."""

    oid: bytes
    path: bytes


class Read(NamedTuple):
    """An object's contents: `number` in the list that was asked for, and the rest of it when it is huge."""

    number: int
    kind: bytes
    data: bytes
    rest: Rest | None


class Rest:
    """What is left of a huge object in git's stream."""

    def __init__(self, file: IO[bytes], left: int) -> None:
        self._file, self.left = file, left

    def read(self, size: int, /) -> bytes:
        """The next bytes, up to `size`; none at the end."""
        data = self._file.read(min(size, self.left))
        self.left = self.left - len(data) if data else 0
        return data


def reachable(git: Git, selection: Selection, trouble: list[Skip]) -> Iterator[Listed]:
    """Every blob that the selection reaches, once; what git misses or complains of is added to `trouble`."""
    missing = 0
    options = ("--objects", "--missing=print", "--filter=object:type=blob", "--filter-provided-objects")
    with Output(git, "rev-list", *options, *selection.options, "--stdin", lines=selection.ids) as out:
        for line in out.records(b"\n"):
            if line[:1] == b"?":
                missing += 1
            else:
                oid, _, path = line.partition(b" ")
                yield Listed(oid, path)
        trouble.extend(complaint(text) for text in out.complaints())
    if missing:
        trouble.append(complaint(f"{missing} objects are missing (a partial or damaged clone)"))


def in_store(git: Git, trouble: list[Skip]) -> Iterator[tuple[bytes, Listed]]:
    """Every object of the store with its type, reachable or not, but trees."""
    options = ("--batch-all-objects", "--unordered", "--batch-check=%(objecttype) %(objectname)")
    with Output(git, "cat-file", *options) as out:
        for line in out.records(b"\n"):
            kind, _, oid = line.partition(b" ")
            if kind != b"tree":
                yield kind, Listed(oid, b"")
        trouble.extend(complaint(text) for text in out.complaints())


def commits(
    git: Git, selection: Selection, trouble: list[Skip], meanwhile: Callable[[], object] | None = None
) -> Iterator[bytes]:
    """The ids of the selection's commits, children before parents, else the youngest first.

    `meanwhile` is called while git looks for them.
    """
    with Output(git, "rev-list", "--date-order", *selection.options, "--stdin", lines=selection.ids) as out:
        if meanwhile is not None:
            meanwhile()
        yield from out.records(b"\n")
        trouble.extend(complaint(text) for text in out.complaints())


def complaint(text: str) -> Skip:
    """What makes a history incomplete, with the remedy."""
    hint = ""
    if any(word in text for word in ("missing", "bad object", "not point to a valid", "unable to read", "not find")):
        hint = "; fetch them with `git fetch --refetch` or clone again, and look with `git fsck`"
    return Skip("history", text + hint, incomplete=True)


def batches(listed: Iterable[Listed], window: int = WINDOW, size: int = BATCH) -> Iterator[list[Listed]]:
    """`listed` in batches, each of neighbours by path."""
    held: list[Listed] = []
    for item in listed:
        held.append(item)
        if len(held) >= window:
            yield from _sorted_batches(held, size)
            held = []
    yield from _sorted_batches(held, size)


def _sorted_batches(held: list[Listed], size: int) -> Iterator[list[Listed]]:
    held.sort(key=lambda item: item.path)
    for at in range(0, len(held), size):
        yield held[at : at + size]


def read(git: Git, listed: Sequence[Listed], trouble: list[Skip]) -> Iterator[Read]:
    """The contents of `listed`, in order; what is missing or corrupt is added to `trouble`.

    A corrupt object ends git; it is named, and a new git goes on behind it.
    """
    start = 0
    for _ in range(_MOST_BREAKS):
        wanted = [item.oid for item in listed[start:]]
        with Output(git, *_LIMITS, "cat-file", "--batch", "--buffer", lines=wanted) as out:
            start = yield from _answers(out.file, listed, start, trouble)
            if start >= len(listed):
                return
            reason = (out.complaints() or ["git ended early"])[0]
            trouble.append(_unread(listed[start], f"cannot be read: {reason}"))
            start += 1
    if start < len(listed):
        trouble.append(complaint(f"{len(listed) - start} objects were not read: too many before them are corrupt"))


def _answers(file: IO[bytes], listed: Sequence[Listed], start: int, trouble: list[Skip]) -> Generator[Read, None, int]:
    """What git answers, from number `start` on; returns the number that it did not answer wholly."""
    for number in range(start, len(listed)):
        parts = file.readline().split()
        if len(parts) == 3:  # noqa: PLR2004 - id, type, size
            size = int(parts[2])
            data = file.read(min(size, CHUNK_SIZE))
            rest = Rest(file, size - len(data)) if size > CHUNK_SIZE else None
            if len(data) < size and rest is None:
                return number
            yield Read(number, parts[1], data, rest)
            if rest is not None and rest.left:
                return number
            file.read(1)
        elif parts and parts[-1] == b"missing":
            trouble.append(_unread(listed[number], "missing from the object store"))
        else:
            return number
    return len(listed)


def _unread(item: Listed, reason: str) -> Skip:
    path = item.path.decode("utf-8", "surrogateescape") or "object"
    return Skip(f"{path} ({item.oid[:12].decode()})", reason, incomplete=True)
