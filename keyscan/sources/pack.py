"""Packs as they stand: every version of a blob from its own delta, with the places where it is new.

Opens a pack and its index, nothing else, and trusts neither: what does not fit is left to git. A `Plan` knows
which blobs a pack holds and which are made from which; `walk` rebuilds one family of them, each base once, deepest
branch last, so that the bytes held at a time are few.
"""

from __future__ import annotations

import os
import zlib
from array import array
from bisect import bisect_left
from dataclasses import dataclass
from itertools import islice
from operator import ge
from typing import TYPE_CHECKING, BinaryIO, TypeVar

from keyscan.sources.delta import BLOB, OFS_DELTA, REF_DELTA, DeltaError, apply, distance, entries, header

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator
    from io import FileIO

State = TypeVar("State")

# A blob larger than this is left to git.
MAX_BLOB = 8 * 1024 * 1024
# Bytes of bases that one process holds while it walks; what would need more is left to git.
MAX_HELD = 32 * 1024 * 1024
# Packs with more entries are left to git: planning takes some 40 bytes an entry.
MAX_ENTRIES = 3_000_000
# How much of a pack is read at a time to learn the types of its entries.
_CHUNK = 4 * 1024 * 1024
# Where a pack's entries begin, after its own header.
_FIRST = 12
# The most that an entry's header takes: its size, and the id or distance of its base.
_HEADER = 48


class PackError(Exception):
    """A pack or an index that does not fit what git writes; git itself may know better."""


@dataclass(frozen=True, slots=True)
class Index:
    """A version 2 pack index: the ids, sorted, and where each stands in the pack."""

    ids: bytes
    offsets: array[int]
    width: int
    trailer: bytes

    def id(self, number: int) -> bytes:
        """The raw id at `number`."""
        return self.ids[number * self.width : (number + 1) * self.width]

    def find(self, name: bytes) -> int:
        """The number of the raw id `name`, -1 when it is not there."""
        low, high = 0, len(self.offsets)
        while low < high:
            middle = (low + high) // 2
            if self.id(middle) < name:
                low = middle + 1
            else:
                high = middle
        return low if low < len(self.offsets) and self.id(low) == name else -1


def read_index(file: str, width: int) -> Index:
    """The index in `file`, with ids of `width` bytes; PackError when it is not a whole version 2 index."""
    with open(file, "rb") as handle:  # noqa: PTH123
        if os.fstat(handle.fileno()).st_size > MAX_ENTRIES * (width + 16):
            raise PackError("too many entries")
        data = handle.read()
    if data[:8] != b"\xfftOc\0\0\0\2" or len(data) < 8 + 1024 + 2 * width:
        raise PackError("not a version 2 index")
    count = int.from_bytes(data[8 + 1020 : 8 + 1024], "big")
    ids = 8 + 1024
    small = ids + count * (width + 4)
    large = small + count * 4
    if len(data) < large + 2 * width:
        raise PackError("an index that is cut off")
    near = _big_endian("I", data[small:large])
    far = _big_endian("Q", data[large : large + (len(data) - 2 * width - large) // 8 * 8])
    offsets = array("Q", near)
    if far or (near and max(near) >= 1 << 31):
        for number, offset in enumerate(near):
            if offset >> 31:
                if offset & 0x7FFFFFFF >= len(far):
                    raise PackError("an offset that is not there")
                offsets[number] = far[offset & 0x7FFFFFFF]
    return Index(data[ids : ids + count * width], offsets, width, data[-2 * width : -width])


def _big_endian(code: str, data: bytes) -> array[int]:
    values: array[int] = array(code)
    if values.itemsize != {"I": 4, "Q": 8}[code]:
        raise PackError("a platform with other integers")
    values.frombytes(data)
    if memoryview(b"\1\0").cast("H")[0] == 1:
        values.byteswap()
    return values


@dataclass(frozen=True, slots=True)
class Plan:
    """What is to be read of one pack: entries by their place in it, blobs only, and only what is wanted.

    `places` are rising offsets, the last one the end of the entries. `names` gives each entry's number in the index.
    `parents`, `children` and `siblings` are entry numbers, negative for none. `weights` are compressed bytes of what
    is needed at and below an entry, 0 where nothing is wanted. `roots` are the families that hold something wanted.
    """

    file: str
    index: Index
    places: array[int]
    names: array[int]
    parents: array[int]
    children: array[int]
    siblings: array[int]
    weights: array[int]
    wanted: bytearray
    roots: list[int]

    def id(self, entry: int) -> bytes:
        """The raw id of an entry."""
        return self.index.id(self.names[entry])

    def below(self, entry: int) -> Iterator[int]:
        """The needed children of an entry."""
        child = self.children[entry]
        while child >= 0:
            if self.weights[child]:
                yield child
            child = self.siblings[child]

    def family(self, entry: int) -> Iterator[int]:
        """An entry and all that is needed below it."""
        stack = [entry]
        while stack:
            entry = stack.pop()
            yield entry
            stack.extend(self.below(entry))

    def ids(self) -> Iterator[bytes]:
        """The raw ids of all wanted blobs that walking the roots comes by."""
        for root in self.roots:
            for entry in self.family(root):
                if self.wanted[entry]:
                    yield self.id(entry)


def plan(file: str, width: int, wanted: Container[bytes] | None = None) -> Plan:
    """The plan to read from the pack `file` (its index beside it) the blobs whose raw ids are in `wanted`.

    `width` is the bytes of an id: 20 for SHA-1, 32 for SHA-256. PackError for what git has to look at itself;
    OSError for files that cannot be read.
    """
    index = read_index(file.removesuffix(".pack") + ".idx", width)
    count = len(index.offsets)
    order = sorted(range(count), key=index.offsets.__getitem__)
    with open(file, "rb") as handle:  # noqa: PTH123
        size = os.fstat(handle.fileno()).st_size
        head = handle.read(_FIRST)
        if head[:4] != b"PACK" or head[4:8] not in {b"\0\0\0\2", b"\0\0\0\3"}:
            raise PackError("not a pack")
        handle.seek(max(0, size - width))
        if handle.read(width) != index.trailer or int.from_bytes(head[8:12], "big") != count:
            raise PackError("an index of another pack")
        places = array("Q", map(index.offsets.__getitem__, order))
        places.append(size - width)
        if any(map(ge, places, islice(places, 1, None))) or places[0] < _FIRST:
            raise PackError("entries that overlap")
        kinds, bases = _entries(handle, places)
    made = Plan(
        file=file,
        index=index,
        places=places,
        names=array("I", order),
        parents=_parents(bases, places, index, file),
        children=array("i", b"\xff" * 4 * count),
        siblings=array("i", b"\xff" * 4 * count),
        weights=array("Q", bytes(8 * count)),
        wanted=bytearray(count),
        roots=[],
    )
    _link(made)
    _weigh(made, kinds, wanted)
    return made


def _entries(handle: BinaryIO, places: array[int]) -> tuple[bytearray, array[int]]:
    """Each entry's type and where its base is, as `delta.entries` says it."""
    count = len(places) - 1
    kinds = bytearray()
    bases = array("q")
    low = 0
    while low < count:
        start = places[low]
        high = bisect_left(places, start + _CHUNK, low + 1, count)
        handle.seek(start)
        data = handle.read(places[high - 1] - start + _HEADER)
        found: list[int] = []
        try:
            entries(data, start, places[low:high].tolist(), kinds, found)
        except DeltaError as error:
            raise PackError(str(error)) from error
        bases.extend(found)
        low = high
    return kinds, bases


def _parents(bases: array[int], places: array[int], index: Index, file: str) -> array[int]:
    """The entry that each entry is made from: -1 for one that is whole, -2 where the base is not in this pack."""
    parents = array("i")
    with open(file, "rb", buffering=0) as handle:  # noqa: PTH123
        for entry, base in enumerate(bases):
            if base == 0:
                parents.append(-1)
                continue
            offset = base
            if base < 0:
                handle.seek(-base)
                number = index.find(handle.read(index.width))
                offset = index.offsets[number] if number >= 0 else 0
            # Bases mostly stand shortly before what is made from them.
            low = entry - 64 if entry >= 64 and places[entry - 64] <= offset <= places[entry] else 0  # noqa: PLR2004
            at = bisect_left(places, offset, low, len(bases))
            parents.append(at if at < len(bases) and places[at] == offset else -2)
    return parents


def _link(made: Plan) -> None:
    """Fill in who is made from whom."""
    children, siblings = made.children, made.siblings
    for entry, parent in enumerate(made.parents):
        if parent >= 0:
            siblings[entry] = children[parent]
            children[parent] = entry


def _weigh(made: Plan, kinds: bytearray, wanted: Container[bytes] | None) -> None:
    """Fill in what is wanted, what that needs, and the families; entries whose bases form a ring are never met."""
    children, siblings, weights, places = made.children, made.siblings, made.weights, made.places
    order = array("I")
    for root, kind in enumerate(kinds):
        if kind != BLOB or made.parents[root] != -1:
            continue
        stack = [root]
        while stack:
            entry = stack.pop()
            order.append(entry)
            child = children[entry]
            while child >= 0:
                stack.append(child)
                child = siblings[child]
    for entry in reversed(order):
        if wanted is None or made.id(entry) in wanted:
            made.wanted[entry] = 1
        elif not weights[entry]:
            continue
        weights[entry] += places[entry + 1] - places[entry]
        parent = made.parents[entry]
        if parent >= 0:
            weights[parent] += weights[entry]
        else:
            made.roots.append(entry)
    made.roots.reverse()


def walk(
    made: Plan, root: int, judge: Callable[[bytes, bytes, list[int] | None, State | None, bool], State]
) -> list[bytes]:
    """Rebuild all that is needed of the family of `root`; the raw ids of wanted blobs that are left to git.

    For each blob, after its base, calls `judge(id, contents, where it is new, state of its base, wanted)` for its
    state; a blob that is whole in the pack is new all over (None), and its base has no state (None).
    """
    left: list[bytes] = []
    held = 0
    # What is still to do: an entry, its base and the base's state, and whether nothing else waits for that base.
    stack: list[tuple[int, bytes, State | None, bool]] = [(root, b"", None, True)]
    with open(made.file, "rb", buffering=0) as handle:  # noqa: PTH123 - shared positions do not survive a fork
        while stack:
            entry, base, state, last = stack.pop()
            if last:
                held -= len(base)
            try:
                data, changes = version(handle, made, entry, base)
            except (DeltaError, zlib.error):
                left.extend(_wanted(made, entry))
                continue
            base = b""
            state = judge(made.id(entry), data, changes, state, bool(made.wanted[entry]))
            below = sorted(made.below(entry), key=made.weights.__getitem__, reverse=True)
            if held + len(data) > MAX_HELD:
                left.extend(name for child in below for name in _wanted(made, child))
            elif below:
                # The heaviest goes last, when nothing else waits for the base: few are held at a time.
                held += len(data)
                stack.extend((child, data, state, child == below[0]) for child in below)
    return left


def _wanted(made: Plan, entry: int) -> Iterator[bytes]:
    return (made.id(each) for each in made.family(entry) if made.wanted[each])


def version(handle: BinaryIO | FileIO, made: Plan, entry: int, base: bytes) -> tuple[bytes, list[int] | None]:
    """An entry's contents, made from `base`, and where they are new; DeltaError or zlib.error when it does not fit."""
    start = made.places[entry]
    size = made.places[entry + 1] - start
    if size > MAX_BLOB + MAX_BLOB // 16 + _HEADER:
        raise DeltaError("too large")
    handle.seek(start)
    data = handle.read(size)
    kind, size, at = header(data, 0)
    if size > MAX_BLOB:
        raise DeltaError("too large")
    if kind == OFS_DELTA:
        at += distance(data, at)[1]
    elif kind == REF_DELTA:
        at += made.index.width
    inflater = zlib.decompressobj()
    found = inflater.decompress(memoryview(data)[at:], size + 1)
    if len(found) != size or not inflater.eof:
        raise DeltaError("another size than it said")
    return (found, None) if kind == BLOB else apply(base, found, MAX_BLOB)
