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
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan.model.blob import Skip
from keyscan.support import storage

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyscan.git.objects import Listed
    from keyscan.model.rule import Rule

# Raised by hand when what is stored changes its shape or meaning within one version.
FORMAT = 4
PREFIX = "seen-"
# With this many segments (files of one run each) a store is merged into one.
_MAX_SEGMENTS = 6
# Up to this many ids a set is used: faster than searching sorted bytes, but five times as large.
_MAX_IN_SET = 1_000_000
# Seconds after which new keys are stored during the run.
_SAVE_INTERVAL = 20.0


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
        self._known = _Ids(width, [data for _, data in self._segments()])
        self._fresh = bytearray()
        self._stored = time.monotonic()
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
        if len(self._fresh) > self.width * 1024 and time.monotonic() - self._stored > _SAVE_INTERVAL:
            self.save()

    def save(self) -> None:
        """Store the new keys; where that fails they are not remembered."""
        fresh, self._fresh = bytes(self._fresh), bytearray()
        self._stored = time.monotonic()
        if not fresh:
            return
        segments = self._segments()
        merged = segments if len(segments) >= _MAX_SEGMENTS else []
        data = _sorted(self.width, [fresh, *(data for _, data in merged)])
        with suppress(OSError, RuntimeError):
            write_stored(f"{self._stem}{os.urandom(6).hex()}", data)
            for name, _ in merged:
                (Path(storage.cache_directory()) / name).unlink(missing_ok=True)

    def _segments(self) -> list[tuple[str, bytes]]:
        found = []
        with suppress(OSError, RuntimeError):
            for name in sorted(os.listdir(storage.cache_directory())):  # noqa: PTH208 - the cache may hold many files
                data = read_stored(name) if name.startswith(self._stem) else None
                if data is not None and not len(data) % self.width:
                    found.append((name, data))
        return found


class _Ids:
    """A set of ids: a real one when they are few, else sorted bytes."""

    def __init__(self, width: int, parts: Sequence[bytes]) -> None:
        self._width, self._set, self._parts = width, set[bytes](), list[bytes]()
        if sum(map(len, parts)) <= _MAX_IN_SET * width:
            for part in parts:
                self._set.update(part[at : at + width] for at in range(0, len(part), width))
        else:
            self._parts = list(parts)

    def __bool__(self) -> bool:
        return bool(self._set) or any(self._parts)

    def __contains__(self, oid: bytes) -> bool:
        return oid in self._set or any(self._in_part(part, oid) for part in self._parts)

    def _in_part(self, part: bytes, oid: bytes) -> bool:
        width = self._width
        at = bisect_left(range(len(part) // width), oid, key=lambda number: part[number * width : (number + 1) * width])
        return part[at * width : (at + 1) * width] == oid


def _sorted(width: int, parts: Sequence[bytes]) -> bytes:
    return b"".join(sorted({part[at : at + width] for part in parts for at in range(0, len(part), width)}))


def read_stored(name: str) -> bytes | None:
    """What is stored under `name`, if it is complete: it begins with its digest."""
    try:
        data = (Path(storage.cache_directory()) / name).read_bytes()
    except (OSError, RuntimeError):
        return None
    checksum, data = data[:16], data[16:]
    return data if checksum == hashlib.blake2b(data, digest_size=16).digest() else None


def write_stored(name: str, data: bytes) -> None:
    """Store `data` under `name` with its digest, atomically."""
    place = Path(storage.cache_directory())
    place.mkdir(parents=True, exist_ok=True)
    storage.write_whole(place / name, hashlib.blake2b(data, digest_size=16).digest() + data)
