"""The index of a pack: which objects it holds, and where each stands.

Read whole, and not trusted: what does not fit is left to git. Written for mypyc.
"""

from __future__ import annotations

import os
from array import array
from itertools import islice
from operator import lt
from typing import Any, Final

from keyscan.support.regular_file import open_regular

# Packs with more entries are left to git: planning takes up to 100 bytes an entry.
MAX_ENTRIES: Final = 2_000_000
# Ids that are compared at once, which bounds what the comparison keeps.
_COMPARED: Final = 65_536


class PackError(Exception):
    """A pack or an index that does not fit what git writes; git itself may know better."""


class Index:
    """A version 2 pack index: the raw ids in one string, sorted, and where each stands in the pack."""

    def __init__(self, ids: bytes, offsets: list[int], width: int, trailer: bytes) -> None:
        self.ids = ids
        self.offsets = offsets
        self.width = width
        self.trailer = trailer
        # For each first byte of an id, where those with it begin, which saves the first eight steps of a search.
        self._starts = [_lower(ids, width, 0, len(offsets), bytes([first])) for first in range(256)]
        self._starts.append(len(offsets))

    def id(self, number: int) -> bytes:
        """The raw id of this number."""
        return self.ids[number * self.width : (number + 1) * self.width]

    def find(self, name: bytes) -> int:
        """The number of the raw id `name`, -1 when it is not there."""
        if len(name) != self.width:
            return -1
        first = name[0]
        high = self._starts[first + 1]
        low = _lower(self.ids, self.width, self._starts[first], high, name)
        return low if low < high and self.ids[low * self.width : (low + 1) * self.width] == name else -1


def _lower(ids: bytes, width: int, low: int, high: int, name: bytes) -> int:
    """The first number from `low` to `high` whose id is not below `name`."""
    while low < high:
        middle = (low + high) // 2
        if ids[middle * width : (middle + 1) * width] < name:
            low = middle + 1
        else:
            high = middle
    return low


def read_index(file: str, width: int) -> Index:
    """The index in `file`, with ids of `width` bytes; PackError when it is not a whole version 2 index."""
    with open_regular(file) as handle:
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
    offsets = _big_endian("I", data[small:large])
    if offsets and max(offsets) >= 1 << 31:
        far = _big_endian("Q", data[large : large + (len(data) - 2 * width - large) // 8 * 8])
        try:
            offsets = [far[offset & 0x7FFFFFFF] if offset >> 31 else offset for offset in offsets]
        except IndexError as error:
            raise PackError("an offset that is not there") from error
    names = data[ids : ids + count * width]
    if not _is_sorted(names, width):
        raise PackError("an index that is not sorted")
    return Index(names, offsets, width, data[-2 * width : -width])


def _is_sorted(ids: bytes, width: int) -> bool:
    """Whether the ids ascend, none twice: a search in others would not find some of them. 0.13 s a million."""
    for start in range(0, len(ids), _COMPARED * width):
        stop = min(start + (_COMPARED + 1) * width, len(ids))
        names = [ids[at : at + width] for at in range(start, stop, width)]
        if not all(map(lt, names, islice(names, 1, None))):
            return False
    return True


def _big_endian(code: str, data: bytes) -> list[int]:
    values: Any = array(code)
    if values.itemsize != {"I": 4, "Q": 8}[code]:
        raise PackError("a platform with other integers")
    values.frombytes(data)
    if array("H", b"\1\0")[0] == 1:
        values.byteswap()
    numbers: list[int] = values.tolist()
    return numbers
