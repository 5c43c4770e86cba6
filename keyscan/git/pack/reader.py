"""Delta forest of a pack, and the walk over it: every version of a blob from its own delta, and where it is new.

Opens a pack and its index (`index.py`), nothing else, and trusts neither: what does not fit is left to git. A
`DeltaForest` knows which blobs a pack has and which are made from which; `walk` rebuilds one family of them, each base
once, the heaviest branch last, so that few bytes are held at a time. Written for mypyc, as `delta` is.
"""

from __future__ import annotations

import os
import sys
import zlib
from array import array
from binascii import unhexlify
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from keyscan.git.pack.delta import DeltaError, apply, distance, header
from keyscan.git.pack.index import Index, PackError, read_index
from keyscan.support.regular_file import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable

# Whether this module runs compiled, as wheels carry it.
COMPILED: Final = not __file__.endswith(".py")
# A blob larger than this is left to git.
MAX_BLOB: Final = 8 * 1024 * 1024
# Bytes of bases that one process holds while it walks; what would need more is left to git.
MAX_HELD: Final = 32 * 1024 * 1024
# How much of a pack is read at a time to learn the types of its entries.
_CHUNK: Final = 4 * 1024 * 1024
# How much is read at a time of commits, which mostly stand together.
_AHEAD: Final = 64 * 1024
# What is so short is inflated without a bound, in half the time: the worst of it becomes 1,000 times as long.
_SAFE: Final = 8 * 1024
# Where a pack's entries begin, after its own header.
_FIRST: Final = 12
# The most that an entry's header takes: its size, and the id or distance of its base.
_HEADER: Final = 48
# How often deltas that stand before their base are gone through again.
_ROUNDS: Final = 64

_COMMIT: Final = 1
_BLOB: Final = 3
_OFS_DELTA: Final = 6
_REF_DELTA: Final = 7


class DeltaForest:
    """What a pack holds of blobs, numbered so that a base comes before what is made from it.

    For each blob: `starts` and `ends` in the pack, its place in the index (`names`), its base (`parents`, -1: it is
    whole), the first blob made from it (`children`) and the next one made from its base (`siblings`), `weights`:
    the compressed bytes at and below it. `roots` are the families: blobs that are whole. `commits` are the places in
    the index of commits that are whole, `commit_starts` and `commit_ends` where they stand.
    """

    def __init__(self, file: str, index: Index) -> None:
        self.file = file
        self.index = index
        self.starts: Any = array("Q")
        self.ends: Any = array("Q")
        self.names: Any = array("I")
        self.parents: Any = array("i")
        self.children: Any = array("i")
        self.siblings: Any = array("i")
        self.weights: Any = array("Q")
        self.roots: list[int] = []
        self.commits: Any = array("I")
        self.commit_starts: Any = array("Q")
        self.commit_ends: Any = array("Q")
        # By place in the index: a blob's number; -2 and below a commit's.
        self._numbers: Any = array("i")

    def __len__(self) -> int:
        return len(self.names)

    def id(self, blob: int) -> bytes:
        """The raw id of a blob."""
        return self.index.id(self.names[blob])

    def claim(self, oids: list[bytes], values: list[int], wanted: Any, commits: list[int]) -> list[int]:
        """Set `wanted`, at the number of each blob among the hexadecimal `oids`, to its one of `values`.

        The numbers of commits among them are added to `commits`. Returns where in `oids` those stand that are neither.
        """
        rest: list[int] = []
        for at in range(len(oids)):
            place = self.index.find(unhexlify(oids[at]))
            number: int = -1
            if place >= 0:
                number = self._numbers[place]
            if number >= 0:
                wanted[number] = values[at]
            elif number == -1:
                rest.append(at)
            else:
                commits.append(-2 - number)
        return rest

    def below(self, blob: int) -> list[int]:
        """What is made from a blob, the heaviest first."""
        descendants: list[tuple[int, int]] = []
        child: int = self.children[blob]
        while child >= 0:
            weight: int = self.weights[child]
            descendants.append((-weight, child))
            child = self.siblings[child]
        if len(descendants) > 1:
            descendants.sort()
        return [child for _, child in descendants]

    def family(self, blob: int) -> list[int]:
        """A blob and all that is made from it."""
        members: list[int] = []
        stack = [blob]
        while stack:
            blob = stack.pop()
            members.append(blob)
            stack.extend(self.below(blob))
        return members

    def finish(self) -> None:
        """Fill in the weights, the families and what `find` needs, once all blobs are added."""
        self.weights.frombytes(bytes(8 * len(self.names)))
        self._numbers.frombytes(b"\xff" * 4 * len(self.index.offsets))
        for number in range(len(self.commits)):
            self._numbers[self.commits[number]] = -2 - number
        for blob in range(len(self.names) - 1, -1, -1):
            self._numbers[self.names[blob]] = blob
            weight: int = self.weights[blob] + self.ends[blob] - self.starts[blob]
            self.weights[blob] = weight
            parent: int = self.parents[blob]
            if parent >= 0:
                self.weights[parent] += weight
            else:
                self.roots.append(blob)
        self.roots.reverse()

    def add(self, start: int, end: int, name: int, parent: int) -> int:
        """Add a blob after its base; its number."""
        number = len(self.names)
        self.starts.append(start)
        self.ends.append(end)
        self.names.append(name)
        self.parents.append(parent)
        self.children.append(-1)
        if parent >= 0:
            self.siblings.append(self.children[parent])
            self.children[parent] = number
        else:
            self.siblings.append(-1)
        return number


def read_forest(file: str, width: int) -> DeltaForest:
    """The delta forest of the pack `file`, its index beside it, with raw ids of `width` bytes (20 SHA-1, 32 SHA-256).

    PackError for a pack that git has to read itself; OSError for files that cannot be read.
    """
    index = read_index(file.removesuffix(".pack") + ".idx", width)
    forest = DeltaForest(file, index)
    with open_regular(file) as handle:
        size = os.fstat(handle.fileno()).st_size
        head = handle.read(_FIRST)
        if head[:4] != b"PACK" or head[4:8] not in {b"\0\0\0\2", b"\0\0\0\3"}:
            raise PackError("not a pack")
        handle.seek(max(0, size - width))
        if handle.read(width) != index.trailer or int.from_bytes(head[8:12], "big") != len(index.offsets):
            raise PackError("an index of another pack")
        _read_entries(forest, handle, size - width)
    forest.finish()
    return forest


def _read_entries(forest: DeltaForest, handle: BinaryIO, end: int) -> None:  # noqa: C901 - one hot loop
    """Find the blobs and their bases: an entry's own header says what it is, or where its base is."""
    index = forest.index
    # In the order of the pack, each with its number in the index in the low bits.
    entries = [offset << 32 | number for number, offset in enumerate(index.offsets)]
    entries.sort()
    if entries and (entries[0] >> 32 < _FIRST or entries[-1] >> 32 >= end):
        raise PackError("an entry outside the pack")
    entries.append(end << 32)
    # By the offset of a blob, its number.
    where: dict[int, int] = {}
    # From the first delta on that names its base by id: what may be made from something that comes later.
    pending: list[tuple[int, int, int, int]] = []
    chunk, low, high = b"", 0, 0
    for number in range(len(entries) - 1):
        start, stop = entries[number] >> 32, entries[number + 1] >> 32
        if start >= stop:
            raise PackError("entries that overlap")
        if start + _HEADER > high:
            handle.seek(start)
            chunk, low = handle.read(_CHUNK), start
            high = end if start + _CHUNK >= end else low + len(chunk)
        kind = (chunk[start - low] >> 4) & 7 if start - low < len(chunk) else 0
        if kind == _COMMIT:
            forest.commits.append(entries[number] & 0xFFFFFFFF)
            forest.commit_starts.append(start)
            forest.commit_ends.append(stop)
            continue
        if kind != _OFS_DELTA and kind != _BLOB and kind != _REF_DELTA:  # noqa: PLR1714 - compiled, a set would be slower
            continue
        try:
            kind, _size, at = header(chunk, start - low)
            if kind == _OFS_DELTA:
                base = start - distance(chunk, at)[0]
            elif kind == _REF_DELTA:
                base_number = index.find(chunk[at : at + index.width])
                base = index.offsets[base_number] if base_number >= 0 else 0
            else:
                where[start] = forest.add(start, stop, entries[number] & 0xFFFFFFFF, -1)
                continue
        except DeltaError as error:
            raise PackError(str(error)) from error
        parent = where.get(base, -1)
        if parent >= 0:
            where[start] = forest.add(start, stop, entries[number] & 0xFFFFFFFF, parent)
        elif pending or kind == _REF_DELTA:
            pending.append((start, stop, entries[number] & 0xFFFFFFFF, base))
    _resolve(forest, where, pending)


def _resolve(forest: DeltaForest, where: dict[int, int], pending: list[tuple[int, int, int, int]]) -> None:
    """Add the blobs that stand before their bases; rings, and what is no blob, are never met."""
    for _ in range(_ROUNDS):
        rest: list[tuple[int, int, int, int]] = []
        for start, stop, name, base in pending:
            parent = where.get(base, -1)
            if parent >= 0:
                where[start] = forest.add(start, stop, name, parent)
            else:
                rest.append((start, stop, name, base))
        if len(rest) == len(pending):
            return
        pending = rest


def walk(
    forest: DeltaForest, roots: list[int], visit: Callable[[int, bytes, list[int] | None, list[int], Any], Any]
) -> list[int]:
    """Rebuild the families of `roots`; the numbers of blobs that are left to git.

    For each blob, after its base, calls `visit(blob, contents, where it is new, where the rest stood, state of its
    base)` for its state (see `delta.apply`); a blob that is whole in the pack is new all over (None), and has no
    base whose state could be given.
    """
    unread: list[int] = []
    with open(forest.file, "rb", buffering=0) as handle:  # noqa: PTH123 - shared positions do not survive a fork
        for root in roots:
            _walk(forest, handle, root, visit, unread)
    return unread


def _walk(
    forest: DeltaForest,
    handle: Any,
    root: int,
    visit: Callable[[int, bytes, list[int] | None, list[int], Any], Any],
    unread: list[int],
) -> None:
    """Rebuild the family of `root`; adds to `unread`."""
    held = 0
    # What is still to do: a blob, its base's contents and state, and whether nothing else waits for that base.
    stack: list[tuple[int, bytes, Any, bool]] = [(root, b"", None, True)]
    while stack:
        blob, base, state, last = stack.pop()
        if last:
            held -= len(base)
        try:
            data, changes, sources = version(handle, forest, blob, base)
        except (DeltaError, zlib.error):
            unread.extend(forest.family(blob))
            continue
        base = b""
        state = visit(blob, data, changes, sources, state)
        below = forest.below(blob)
        if below and held + len(data) > MAX_HELD:
            for child in below:
                unread.extend(forest.family(child))
        elif below:
            # The heaviest goes last, when nothing else waits for the base: few are held at a time.
            held += len(data)
            stack.append((below[0], data, state, True))
            stack.extend([(child, data, state, False) for child in below[1:]])


def read_commits(forest: DeltaForest, numbers: list[int], limit: int) -> list[bytes | None]:
    """The contents of the commits of these numbers; None for one that does not fit or has more than `limit` bytes."""
    texts: list[bytes | None] = []
    chunk, low = b"", 0
    with open(forest.file, "rb", buffering=0) as handle:  # noqa: PTH123
        for number in numbers:
            start: int = forest.commit_starts[number]
            end: int = forest.commit_ends[number]
            if end - start > limit:
                texts.append(None)
                continue
            if start < low or end > low + len(chunk):
                chunk, low = _read(handle, start, max(end - start, _AHEAD)), start
            data = chunk[start - low : end - low]
            try:
                _, size, at = header(data, 0)
                texts.append(_inflated(data, at, size) if size <= limit else None)
            except (DeltaError, zlib.error):
                texts.append(None)
    return texts


def version(handle: Any, forest: DeltaForest, blob: int, base: bytes) -> tuple[bytes, list[int] | None, list[int]]:
    """A blob's contents, made from `base`, and what `delta.apply` tells; DeltaError or zlib.error for no fit.

    `handle` is the pack, open and unbuffered.
    """
    start: int = forest.starts[blob]
    end: int = forest.ends[blob]
    if end - start > MAX_BLOB + MAX_BLOB // 16 + _HEADER:
        raise DeltaError("too large")
    data = _read(handle, start, end - start)
    kind, size, at = header(data, 0)
    if size > MAX_BLOB:
        raise DeltaError("too large")
    if kind == _OFS_DELTA:
        at = distance(data, at)[1]
    elif kind == _REF_DELTA:
        at += forest.index.width
    inflated = _inflated(data, at, size)
    if kind == _BLOB:
        return inflated, None, []
    return apply(base, inflated, MAX_BLOB)


def _read(handle: Any, start: int, size: int) -> bytes:
    """The `size` bytes of an open pack from `start` on, or as many as there are."""
    if sys.platform == "win32":  # where reads can't name their place
        handle.seek(start)
        return bytes(handle.read(size))
    return os.pread(handle.fileno(), size, start)


def _inflated(data: bytes, at: int, size: int) -> bytes:
    """The `size` bytes that are compressed from `at` on; DeltaError or zlib.error when they are others."""
    if len(data) <= _SAFE:
        inflated: bytes = zlib.decompress(data[at:], 15, size + 1)
        if len(inflated) != size:
            raise DeltaError("another size than it said")
        return inflated
    inflater = zlib.decompressobj()
    inflated = inflater.decompress(data[at:], size + 1)
    if len(inflated) != size or not inflater.eof:
        raise DeltaError("another size than it said")
    return inflated
