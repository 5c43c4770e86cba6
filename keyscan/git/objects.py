"""Lists and reads objects by the thousand, each once.

`git rev-list --objects` names a path for each blob. Sorted by that path, the versions of a file are neighbours, and git
rebuilds each from the previous one: half the time of reading them in the pack's own order (measured on four histories;
`benchmarks/history.py`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, NamedTuple

from keyscan.git.output import Output, history_skip
from keyscan.model.blob import CHUNK_SIZE, Skip, decode_path

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator, Sequence

    from keyscan.git.command import Git

# Objects that are sorted by path together. Bounds memory; larger windows hardly read faster.
WINDOW = 65_536
# Objects that a worker takes at a time.
BATCH = 1024
# Objects of one batch that may break git before the rest of the batch is given up.
_MAX_BREAKS = 50
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

    def __init__(self, file: IO[bytes], size: int) -> None:
        self._file, self.remaining = file, size

    def read(self, size: int, /) -> bytes:
        """The next bytes, up to `size`; none at the end."""
        data = self._file.read(min(size, self.remaining))
        self.remaining = self.remaining - len(data) if data else 0
        return data


def reachable(git: Git, selection: Selection) -> Iterator[Listed | Skip]:
    """Every blob that the selection reaches, once; at the end a Skip for each thing that git missed or reported."""
    missing: set[bytes] = set()
    # Missing trees are named only where trees are listed.
    for kind in ("blob", "tree"):
        options = ("--objects", "--missing=print", f"--filter=object:type={kind}", "--filter-provided-objects")
        with Output(git, "rev-list", *options, *selection.options, "--stdin", lines=selection.ids) as out:
            for line in out.records(b"\n"):
                if line[:1] == b"?":
                    missing.add(line)
                elif kind == "blob":
                    oid, _, path = line.partition(b" ")
                    yield Listed(oid, path)
            yield from out.skips()
    if missing:
        yield history_skip(f"{len(missing)} objects are missing (a partial or damaged clone)")


def in_store(git: Git) -> Iterator[tuple[bytes, Listed] | Skip]:
    """Every object of the store with its type, reachable or not, except trees; then what git complained of."""
    options = ("--batch-all-objects", "--unordered", "--batch-check=%(objecttype) %(objectname)")
    with Output(git, "cat-file", *options) as out:
        for line in out.records(b"\n"):
            kind, _, oid = line.partition(b" ")
            if kind != b"tree":
                yield kind, Listed(oid, b"")
        yield from out.skips()


class Commits(NamedTuple):
    """The ids of a selection's commits, children before parents, else the youngest first; and what git missed."""

    ids: list[bytes]
    skips: list[Skip]


def commits(git: Git, selection: Selection, meanwhile: Callable[[], object] | None = None) -> Commits:
    """The commits of the selection; `meanwhile` is called while git lists them."""
    with Output(git, "rev-list", "--date-order", *selection.options, "--stdin", lines=selection.ids) as out:
        if meanwhile is not None:
            meanwhile()
        return Commits(list(out.records(b"\n")), list(out.skips()))


def batches(listed: Iterable[Listed | Skip], window: int = WINDOW, size: int = BATCH) -> Iterator[list[Listed] | Skip]:
    """`listed` in batches, each of neighbors by path; the Skips among them as they come."""
    held: list[Listed] = []
    for item in listed:
        if isinstance(item, Skip):
            yield item
            continue
        held.append(item)
        if len(held) >= window:
            yield from _sorted_batches(held, size)
            held = []
    yield from _sorted_batches(held, size)


def _sorted_batches(held: Iterable[Listed], size: int) -> Iterator[list[Listed]]:
    ordered = sorted(held, key=lambda item: item.path)
    for at in range(0, len(ordered), size):
        yield ordered[at : at + size]


def read(git: Git, listed: Sequence[Listed]) -> Iterator[Read | Skip]:
    """The contents of `listed`, in order, and a Skip for each object that is missing or corrupt.

    A corrupt object ends git; it is named, and a new git continues after it.
    """
    start = 0
    for _ in range(_MAX_BREAKS):
        wanted = [item.oid for item in listed[start:]]
        with Output(git, *_LIMITS, "cat-file", "--batch", "--buffer", lines=wanted) as out:
            start = yield from _answers(out.file, listed, start)
            if start >= len(listed):
                return
            reason = (out.complaints() or ["git ended early"])[0]
            yield _unread(listed[start], f"cannot be read: {reason}")
            start += 1
    if start < len(listed):
        yield history_skip(f"{len(listed) - start} objects were not read: too many before them are corrupt")


def _answers(file: IO[bytes], listed: Sequence[Listed], start: int) -> Generator[Read | Skip, None, int]:
    """What git answers, from number `start` on; returns the number of the object that it did not answer completely."""
    for number in range(start, len(listed)):
        parts = file.readline().split()
        if len(parts) == 3:  # noqa: PLR2004 - id, type, size
            size = int(parts[2])
            data = file.read(min(size, CHUNK_SIZE))
            rest = Rest(file, size - len(data)) if size > CHUNK_SIZE else None
            if len(data) < size and rest is None:
                return number
            yield Read(number, parts[1], data, rest)
            if rest is not None and rest.remaining:
                return number
            file.read(1)
        elif parts and parts[-1] == b"missing":
            yield _unread(listed[number], "missing from the object store")
        else:
            return number
    return len(listed)


def _unread(item: Listed, reason: str) -> Skip:
    path = decode_path(item.path) or "object"
    return Skip(f"{path} ({item.oid[:12].decode()})", reason, incomplete=True)
