"""Delta instructions, comparison of versions, and windows around changes: the hot loops over packs.

Pure functions of bytes and integers, so that mypyc can compile this module as it stands; interpreted it gives the
same results. Whatever does not fit raises `DeltaError`, never anything else.
"""

from __future__ import annotations

from typing import Final, Literal

# The most that one varint of a delta's header may span: 8 groups of 7 bits hold any size that fits a disk.
_VARINT: Final = 8
# Two texts are compared in pieces of this many bytes, and of a quarter of it, and so on; the last piece as a number.
_STEP: Final = 4**8
_FINE: Final = 4**4
# The piece that is looked for in another text, and the least that is worth knowing to be the same, in bytes.
_ANCHOR: Final = 48
_LEAST: Final = 4096
# How often what differs is halved to find something that does not.
_HALVINGS: Final = 5


class DeltaError(Exception):
    """A delta or an object header that git would not have written."""


def varint(data: bytes, at: int) -> tuple[int, int]:
    """The little-endian base-128 number at `at`, and the offset after it; DeltaError when it is cut or too long."""
    value = shift = 0
    size = len(data)
    while shift < _VARINT * 7:
        if at >= size:
            break
        byte = data[at]
        at += 1
        value |= (byte & 0x7F) << shift
        if byte < 0x80:  # noqa: PLR2004 - the high bit says that more follows
            return value, at
        shift += 7
    raise DeltaError("a size that does not end")


def apply(  # noqa: C901, PLR0912, PLR0915
    base: bytes, delta: bytes, limit: int
) -> tuple[bytes, list[int], list[int]]:
    """The version that `delta` makes of `base`, where it is new, and where the rest stood in the base.

    The places are offsets into the new version, flat: start, end, start, end ... in rising order. Inserted runs
    are start < end; a seam between two runs that were not neighbours in the base, or the edge of a run at the
    version's own beginning or end where the base went on, is start == end. Of the runs before, between and behind
    these places, which may be empty, the third list has the offsets in the base, one more than there are places.
    DeltaError for a delta that does not fit `base`, contradicts its own size, or makes more than `limit` bytes.
    """
    # One loop, unrolled: it runs for every instruction of every delta, and calls would double its time.
    total = len(base)
    source, at = varint(delta, 0)
    target, at = varint(delta, at)
    if source != total or target > limit:
        raise DeltaError("sizes that do not fit")
    parts: list[bytes] = []
    changes: list[int] = []
    sources: list[int] = [0]
    end = len(delta)
    length = 0
    # Where the next copied run would have to begin in the base to be no seam; -1: an inserted run came before.
    expected = 0
    while at < end:
        code = delta[at]
        at += 1
        if code >= 0x80:  # noqa: PLR2004 - a copy from the base
            if at + 7 > end and at + _operands(code) > end:
                raise DeltaError("a copy that is cut off")
            start = size = 0
            if code & 0x01:
                start = delta[at]
                at += 1
            if code & 0x02:
                start |= delta[at] << 8
                at += 1
            if code & 0x04:
                start |= delta[at] << 16
                at += 1
            if code & 0x08:
                start |= delta[at] << 24
                at += 1
            if code & 0x10:
                size = delta[at]
                at += 1
            if code & 0x20:
                size |= delta[at] << 8
                at += 1
            if code & 0x40:
                size |= delta[at] << 16
                at += 1
            if size == 0:
                size = 0x10000
            if start + size > total:
                raise DeltaError("a copy from beyond the base")
            if start != expected:
                if expected >= 0:
                    changes.append(length)
                    changes.append(length)
                sources.append(start)
            expected = start + size
            length += size
            if length > target:
                raise DeltaError("more than it said")
            parts.append(base[start:expected])
        else:
            if code == 0 or at + code > end:
                raise DeltaError("an insertion that is cut off")
            if expected < 0:
                changes[-1] = length + code
            else:
                changes.append(length)
                changes.append(length + code)
            expected = -1
            length += code
            if length > target:
                raise DeltaError("more than it said")
            parts.append(delta[at : at + code])
            at += code
    if length != target:
        raise DeltaError("less than it said")
    if expected >= 0 and expected != total:
        changes.append(length)
        changes.append(length)
    if len(sources) * 2 == len(changes):
        sources.append(total)
    return b"".join(parts), changes, sources


def _operands(code: int) -> int:
    """How many bytes follow the copy instruction `code`."""
    count = 0
    for bit in range(7):
        count += (code >> bit) & 1
    return count


def compare(base: bytes, data: bytes) -> tuple[list[int], list[int]] | None:
    """Where `data` is new against `base`, as `apply` tells it of a delta; None where they have too little in common.

    Not the least difference, but a quick one: what both begin and end with, and runs round some places between.
    """
    size = min(len(base), len(data))
    first = _common(base, 0, data, 0, size)
    last = _common_end(base, len(base), data, len(data), size - first)
    runs = _between(base, first, len(base) - last, data, first, len(data) - last, _HALVINGS)
    runs.insert(0, (0, 0, first))
    runs.append((len(base) - last, len(data) - last, last))
    same = 0
    changes: list[int] = []
    sources: list[int] = [0]
    end = expected = 0
    for start, place, length in runs:
        if length == 0:
            continue
        if place > end or start != expected:
            changes.append(end)
            changes.append(place)
            sources.append(start)
        end = place + length
        expected = start + length
        same += length
    if 2 * same < len(data):
        return None
    if end < len(data) or expected != len(base):
        changes.append(end)
        changes.append(len(data))
        sources.append(len(base))
    return changes, sources


def _between(
    base: bytes, low: int, high: int, data: bytes, start: int, end: int, halvings: int
) -> list[tuple[int, int, int]]:
    """The runs that data[start:end] has in common with base[low:high], in order: (in base, in data, length)."""
    if halvings == 0 or end - start < _LEAST or high - low < _LEAST:
        return []
    # Around a piece from the middle; where that is new, from either side of it.
    for part in (2, 3, 1):
        place = start + (end - start) * part // 4
        at = base.find(data[place : place + _ANCHOR], low, high)
        if at < 0:
            continue
        before = _common_end(base, at, data, place, min(at - low, place - start))
        length = before + _common(base, at, data, place, min(high - at, end - place))
        if length < _LEAST:
            continue
        runs = _between(base, low, at - before, data, start, place - before, halvings - 1)
        runs.append((at - before, place - before, length))
        runs += _between(base, at - before + length, high, data, place - before + length, end, halvings - 1)
        return runs
    return []


def _common(base: bytes, at: int, data: bytes, place: int, most: int) -> int:
    """How many bytes, up to `most`, are the same from `at` in `base` and from `place` in `data` on."""
    same = 0
    step = _STEP
    while step >= _FINE:
        while same + step <= most and data.startswith(base[at + same : at + same + step], place + same):
            same += step
        step //= 4
    rest = min(most - same, _FINE)
    return same + _equal_bytes(base[at + same : at + same + rest], data[place + same : place + same + rest], "little")


def _common_end(base: bytes, at: int, data: bytes, place: int, most: int) -> int:
    """How many bytes, up to `most`, are the same before `at` in `base` and before `place` in `data`."""
    same = 0
    step = _STEP
    while step >= _FINE:
        while same + step <= most and data.endswith(base[at - same - step : at - same], 0, place - same):
            same += step
        step //= 4
    rest = min(most - same, _FINE)
    return same + _equal_bytes(base[at - same - rest : at - same], data[place - same - rest : place - same], "big")


def _equal_bytes(one: bytes, other: bytes, order: Literal["little", "big"]) -> int:
    """How many bytes of two strings of one length are the same: from the left with `little`, else from the right."""
    differ = int.from_bytes(one, order) ^ int.from_bytes(other, order)
    # The lowest bit that is set stands in the first byte that differs.
    return ((differ & -differ).bit_length() - 1) >> 3 if differ else len(one)


def spread(changes: list[int], sources: list[int], length: int, reach: int) -> tuple[list[int], list[int]]:
    """The windows of a version to search again when a hit depends on `reach` bytes before its end.

    Takes what `apply` gave for a version of `length` bytes. The first list has the windows, flat: where to begin to
    read, from where on ends of hits count (those greater than this), and the last end that counts, where reading
    stops. The second has the unchanged ranges between windows, flat: ends greater than this, up to that, and how far
    they are from their offset in the base. Every end from 1 to `length` is in one of them, in one only.
    """
    windows: list[int] = []
    unchanged: list[int] = []
    known = run = 0
    for number in range(0, len(changes), 2):
        start = changes[number]
        stop = min(changes[number + 1] + reach, length)
        if windows and start - reach <= known:
            windows[-1] = stop
        else:
            if start > known:
                unchanged.append(known)
                unchanged.append(start)
                unchanged.append(run - sources[number // 2])
            windows.append(max(start - reach, 0))
            windows.append(start)
            windows.append(stop)
        known = stop
        run = changes[number + 1]
    if length > known:
        unchanged.append(known)
        unchanged.append(length)
        unchanged.append(run - sources[len(changes) // 2])
    return windows, unchanged


def gather(data: bytes, windows: list[int]) -> bytes:
    """The bytes of `data` in the windows that `spread` gave, one after the other."""
    return b"".join([data[windows[number] : windows[number + 2]] for number in range(0, len(windows), 3)])


def header(data: bytes, at: int) -> tuple[int, int, int]:
    """The type and inflated size of the pack entry at `at`, and where its header ends; DeltaError when it is cut."""
    if at >= len(data):
        raise DeltaError("an entry that is cut off")
    byte = data[at]
    kind = (byte >> 4) & 7
    if byte < 0x80:  # noqa: PLR2004
        return kind, byte & 0x0F, at + 1
    more, end = varint(data, at + 1)
    return kind, (byte & 0x0F) | (more << 4), end


def distance(data: bytes, at: int) -> tuple[int, int]:
    """How far back an offset delta's base lies, and where that number ends; DeltaError when it does not end."""
    size = len(data)
    value = 0
    for number in range(_VARINT):
        if at + number >= size:
            break
        byte = data[at + number]
        value = (value << 7) | (byte & 0x7F)
        if byte < 0x80:  # noqa: PLR2004
            return value, at + number + 1
        value += 1
    raise DeltaError("a distance that does not end")
