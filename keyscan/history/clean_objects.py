"""Store of the objects that were scanned and contain nothing, so that the next audit reads only what is new.

Object ids name contents, so what is known of one applies in every repository; where the path matters too, a digest of
id and path takes the id's place. Files contain nothing but ids and such digests, are stored in the cache directory
under a digest of rules, engine and version, and are written atomically: each run adds files of its own, so two runs
at once, or a kill at any time, lose nothing but the saving of some work.
"""

from __future__ import annotations

import hashlib
import os
import time
from binascii import unhexlify
from bisect import bisect_left
from contextlib import suppress
from dataclasses import dataclass
from heapq import merge
from itertools import groupby
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan.model.blob import Skip
from keyscan.support import storage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyscan.git.objects import Listed
    from keyscan.model.rule import Rule

# Raised by hand when what is stored changes its shape or meaning within one version.
FORMAT = 6
PREFIX = "seen-"
# With this many segments (files of one run each) the small ones of a store are merged.
_MAX_SEGMENTS = 6
# A segment is merged with smaller ones if it is at most this many times as large as they are together: over any number
# of runs each key is written a number of times that grows with the logarithm of the store.
_MERGE_RATIO = 2
# Up to this many ids a set is used: faster than searching sorted bytes, but five times as large.
_MAX_IN_SET = 1_000_000
# Seconds after which new keys are stored during the run.
_SAVE_INTERVAL = 20.0
# Bytes of the digest at the beginning of each file.
_DIGEST = 16


def digest(rules: Sequence[Rule], engine: str) -> str:
    """A digest of everything that decides whether an object contains something."""
    return storage.key_of(FORMAT, engine, rules)


def path_key(oid: bytes, path: bytes) -> bytes:
    """The key of the object with this raw id at this path: as long as the id."""
    return hashlib.blake2b(path, key=oid, digest_size=len(oid)).digest()


def clean_at_path_keys(oid: bytes, path: bytes) -> bytes:
    """The two keys that are stored of the object with this raw id that contains nothing at this path."""
    return path_key(oid, path) + below_threshold_key(oid)


def below_threshold_key(oid: bytes) -> bytes:
    """The key of the object with this raw id that had nothing to report at some path, which is not kept."""
    return path_key(oid, b"\0")


class CleanObjects:
    """The keys, `width` bytes each, of objects known to contain nothing; new ones are stored during and after a run."""

    def __init__(self, name: str, width: int) -> None:
        self.name, self.width = name, width
        self._stem = f"{PREFIX}{name}-{width}-"
        self._known = _Ids(width, [self._open(segment) for _, segment in self._segments()])
        self._fresh = bytearray()
        self._stored: list[bytes] = []
        self._stored_at = time.monotonic()
        self.known_count = 0

    @property
    def empty(self) -> bool:
        """Whether nothing is known."""
        return not self._known

    def unknown(self, items: Iterable[Listed | Skip]) -> Iterator[Listed | Skip]:
        """Those of `items` that are not known to contain nothing."""
        if self.empty:
            yield from items
            return
        for item in items:
            if not isinstance(item, Skip) and self._knows(item):
                self.known_count += 1
            else:
                yield item

    def known(self, items: Iterable[Listed]) -> int:
        """How many of these are known to contain nothing."""
        return sum(map(self._knows, items))

    def was_below_threshold(self, blob: bytes) -> bool:
        """Whether the object with this hexadecimal id had nothing to report at some path."""
        return below_threshold_key(unhexlify(blob)) in self._known

    def _knows(self, item: Listed) -> bool:
        oid = unhexlify(item.oid)
        return oid in self._known or path_key(oid, item.path) in self._known

    def add(self, oids: bytes) -> None:
        """Remember these keys, concatenated."""
        self._fresh += oids
        if len(self._fresh) > self.width * 1024 and time.monotonic() - self._stored_at > _SAVE_INTERVAL:
            self._store()

    def save(self) -> None:
        """Store the new keys, and know them in the next audit; where storing fails the next run does not know them."""
        self._store()
        for keys in self._stored:
            self._known.add(keys)
        self._stored.clear()

    def _store(self) -> None:
        fresh, self._fresh = _sorted(self.width, bytes(self._fresh)), bytearray()
        self._stored_at = time.monotonic()
        if not fresh:
            return
        # Known only after the audit, so that its counts do not depend on how long it takes.
        self._stored.append(fresh)
        with suppress(OSError, RuntimeError):
            merged = self._mergeable(len(fresh))
            parts = [data for data in map(read_stored, merged) if data is not None and not len(data) % self.width]
            write_stored(f"{self._stem}{os.urandom(6).hex()}", _merged(self.width, [fresh, *parts]))
            for name in merged:
                with suppress(OSError):  # Windows keeps a file that another process has mapped
                    (Path(storage.cache_directory()) / name).unlink(missing_ok=True)

    def _mergeable(self, size: int) -> list[str]:
        """The segments to merge with `size` new bytes: none while there are few, never the much larger ones."""
        segments = self._segments()
        chosen = []
        for length, name in sorted(segments) if len(segments) >= _MAX_SEGMENTS else ():
            if length > _MERGE_RATIO * size:
                break
            chosen.append(name)
            size += length
        return chosen

    def _segments(self) -> list[tuple[int, str]]:
        """The size in bytes and the name of each segment, whether it can be read or not, by name."""
        segments: list[tuple[int, str]] = []
        with suppress(OSError, RuntimeError), os.scandir(storage.cache_directory()) as listing:
            for entry in listing:
                if entry.name.startswith(self._stem) and entry.is_file():
                    with suppress(OSError):
                        segments.append((entry.stat().st_size, entry.name))
        return sorted(segments, key=lambda segment: segment[1])

    def _open(self, name: str) -> _Part:
        """The keys of a segment, mapped into memory and not copied; none where it cannot be read."""
        with suppress(OSError, RuntimeError, ValueError), (Path(storage.cache_directory()) / name).open("rb") as file:
            data = mmap(file.fileno(), 0, access=ACCESS_READ)
            with memoryview(data) as view, view[_DIGEST:] as keys:
                if view[:_DIGEST] == _digest_of(name, keys) and not len(keys) % self.width:
                    return _Part(data, _DIGEST)
        return _Part(b"", 0)


@dataclass(frozen=True, slots=True)
class _Part:
    """Sorted keys in `data` from `start` on."""

    data: bytes | mmap
    start: int

    def __len__(self) -> int:
        return len(self.data) - self.start


class _Ids:
    """A set of keys: a real one when they are few, else sorted bytes that processes share."""

    def __init__(self, width: int, parts: Iterable[_Part]) -> None:
        self._width, self._set = width, set[bytes]()
        self._parts = [part for part in parts if len(part)]
        if sum(map(len, self._parts)) <= _MAX_IN_SET * width:
            for part in self._parts:
                self._set.update(_keys(width, part.data[part.start :]))
            self._parts = []

    def add(self, keys: bytes) -> None:
        """Know these sorted keys, too."""
        if len(self._set) + len(keys) // self._width <= _MAX_IN_SET:
            self._set.update(_keys(self._width, keys))
        else:
            self._parts.append(_Part(keys, 0))

    def __bool__(self) -> bool:
        return bool(self._set or self._parts)

    def __contains__(self, key: bytes) -> bool:
        return key in self._set or any(self._in_part(part, key) for part in self._parts)

    def _in_part(self, part: _Part, key: bytes) -> bool:
        width, data, start = self._width, part.data, part.start
        count = len(part) // width
        at = start + width * bisect_left(
            range(count), key, key=lambda number: data[start + number * width : start + (number + 1) * width]
        )
        return data[at : at + width] == key


def _keys(width: int, data: bytes) -> Iterator[bytes]:
    return (data[at : at + width] for at in range(0, len(data), width))


def _sorted(width: int, data: bytes) -> bytes:
    return b"".join(sorted(set(_keys(width, data))))


def _merged(width: int, parts: Sequence[bytes]) -> bytes:
    """Sorted parts as one, each key once; needs no more memory than the parts and the result."""
    if len(parts) == 1:
        return parts[0]
    merged = bytearray()
    for key, _ in groupby(merge(*(_keys(width, part) for part in parts))):
        merged += key
    return bytes(merged)


def _digest_of(name: str, data: bytes | memoryview) -> bytes:
    """A digest of a file's name and its contents: no file stands for another."""
    return hashlib.blake2b(data, digest_size=_DIGEST, key=name.encode()[-64:]).digest()


def read_stored(name: str) -> bytes | None:
    """What is stored under `name`, if it is complete: it begins with its digest."""
    try:
        data = storage.whole(name)
    except (OSError, RuntimeError):
        return None
    checksum, data = data[:_DIGEST], data[_DIGEST:]
    return data if checksum == _digest_of(name, data) else None


def write_stored(name: str, data: bytes) -> None:
    """Store `data` under `name` with its digest, atomically."""
    place = Path(storage.cache_directory())
    os.makedirs(place, 0o700, exist_ok=True)  # noqa: PTH103 - the mode of the last one alone
    storage.write_whole(place / name, _digest_of(name, data) + data)
