"""Which objects of which histories were scanned and hold nothing, so that the next audit reads only what is new.

Object ids name contents, so what is known of one holds in every repository; where the path counts too, a digest of
id and path takes the id's place. Files hold nothing but ids and such digests, lie in the cache directory under a
digest of rules, engine and version, and are written whole or not at all: each run adds files of its own, so two runs
at once, or a kill at any time, lose nothing but the saving of some work.
"""

from __future__ import annotations

import hashlib
import os
import time
from binascii import unhexlify
from bisect import bisect_left
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan._version import __version__
from keyscan.engine import build as cache

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from keyscan.git.objects import Listed
    from keyscan.model.rule import Rule

# Raised by hand when what is stored changes its shape or meaning within one version.
FORMAT = 4
PREFIX = "seen-"
# Segments of one store that are merged into one.
_MOST_SEGMENTS = 6
# Ids up to which a set holds them: faster than searching sorted bytes, but five times as large.
_SET = 1_000_000
# Seconds after which what is new is stored even though the run goes on.
_PAUSE = 20.0


def digest(rules: Sequence[Rule], engine: str) -> str:
    """The name of all that decides whether an object holds something."""
    package = Path(__file__).parent.parent
    files = sorted(file for part in ("engine", "ruleset", "scan") for file in package.glob(f"{part}/**/*.py"))
    state = [(str(file), file.stat().st_size, file.stat().st_mtime_ns) for file in files]
    made_of = repr((FORMAT, __version__, engine, state, rules))
    return hashlib.blake2b(made_of.encode("utf-8", "surrogateescape"), digest_size=12).hexdigest()


def placed(oid: bytes, path: bytes) -> bytes:
    """What stands for the object of this raw id at this path: as long as the id."""
    return hashlib.blake2b(path, key=oid, digest_size=len(oid)).digest()


def minor(fingerprint: str) -> bytes:
    """Three bytes of a digest, in hexadecimal: they tell thousands of fingerprints apart, and nothing of the secret."""
    return hashlib.blake2b(fingerprint.encode(), digest_size=3).hexdigest().encode()


def quiet(oid: bytes, path: bytes) -> bytes:
    """What is stored of the object of this raw id that holds nothing at this path: two names."""
    return placed(oid, path) + passed(oid)


def passed(oid: bytes) -> bytes:
    """What stands for the object of this raw id that somewhere, at a path that is not kept, held nothing to report."""
    return placed(oid, b"\0")


class Store:
    """The ids, `width` bytes each, known to hold nothing; new ones are stored as the run goes on and at its end."""

    def __init__(self, name: str, width: int) -> None:
        self.name, self.width = name, width
        self._stem = f"{PREFIX}{name}-{width}-"
        self._known = _Ids(width, [data for _, data in self._segments()])
        self._fresh = bytearray()
        self._stored = time.monotonic()
        self.skipped = 0

    @property
    def empty(self) -> bool:
        """Whether nothing is known."""
        return not self._known

    def unknown(self, items: Iterable[Listed]) -> Iterator[Listed]:
        """Those of `items` that are not known to hold nothing."""
        if self.empty:
            yield from items
            return
        for item in items:
            if self._knows(item):
                self.skipped += 1
            else:
                yield item

    def known(self, items: Iterable[Listed]) -> int:
        """How many of these are known to hold nothing."""
        return sum(map(self._knows, items))

    def passed(self, blob: bytes) -> bool:
        """Whether the object of this hexadecimal id held nothing to report somewhere."""
        return passed(unhexlify(blob)) in self._known

    def _knows(self, item: Listed) -> bool:
        oid = unhexlify(item.oid)
        return oid in self._known or placed(oid, item.path) in self._known

    def add(self, oids: bytes) -> None:
        """Remember these ids, one behind the other."""
        self._fresh += oids
        if len(self._fresh) > self.width * 1024 and time.monotonic() - self._stored > _PAUSE:
            self.save()

    def save(self) -> None:
        """Store what is new; what cannot be written is not remembered."""
        fresh, self._fresh = bytes(self._fresh), bytearray()
        self._stored = time.monotonic()
        segments = self._segments() if fresh else []
        if not fresh:
            return
        merged = segments if len(segments) >= _MOST_SEGMENTS else []
        data = _sorted(self.width, [fresh, *(data for _, data in merged)])
        with suppress(OSError, RuntimeError):
            _write(f"{self._stem}{os.urandom(6).hex()}", data)
            for name, _ in merged:
                (cache.directory() / name).unlink(missing_ok=True)

    def _segments(self) -> list[tuple[str, bytes]]:
        found = []
        with suppress(OSError, RuntimeError):
            for name in sorted(os.listdir(cache.directory())):  # noqa: PTH208 - the cache may hold many files
                data = _read(name) if name.startswith(self._stem) else None
                if data is not None and not len(data) % self.width:
                    found.append((name, data))
        return found


class _Ids:
    """A set of ids: a real one when they are few, else sorted bytes."""

    def __init__(self, width: int, parts: Sequence[bytes]) -> None:
        self._width, self._set, self._parts = width, set[bytes](), list[bytes]()
        if sum(map(len, parts)) <= _SET * width:
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


@dataclass(frozen=True, slots=True)
class Record:
    """A whole audit of one repository: the tips it started from, and of what it found where to look again.

    `dirty`: objects that hold something, or were not read whole. `commits`: those that brought them in, or are them,
    youngest first. `count`: objects that hold nothing. All that the tips reach is one or the other. `alike`: dirty
    ones that hold what others do, each with the other. `minor`: of secrets that are only counted, for each what of its
    fingerprint tells it from others, too little to tell anything else (see `minor`).
    """

    tips: frozenset[bytes] = frozenset()
    dirty: tuple[bytes, ...] = ()
    commits: tuple[bytes, ...] = ()
    count: int = 0
    alike: dict[bytes, bytes] = field(default_factory=dict)
    minor: frozenset[bytes] = frozenset()


@dataclass(frozen=True, slots=True)
class Records:
    """The stored records of one repository, under one digest."""

    name: str = field(default="")

    @classmethod
    def of(cls, digest_name: str, repository: str) -> Records:
        """The records of the repository whose directory is `repository`."""
        place = hashlib.blake2b(os.path.realpath(repository).encode("utf-8", "surrogateescape"), digest_size=8)
        return cls(f"{PREFIX}audit-{digest_name}-{place.hexdigest()}")

    def load(self) -> Record | None:
        """The last whole audit; None when there is none that can be read."""
        data = _read(self.name)
        if data is None:
            return None
        try:
            tips, dirty, commits, count, same, few = (line.split() for line in data.split(b"\n"))
            alike = dict(zip(same[::2], same[1::2], strict=True))
            return Record(frozenset(tips), tuple(dirty), tuple(commits), int(count[0]), alike, frozenset(few))
        except (ValueError, IndexError):
            return None

    def save(self, record: Record) -> None:
        """Store `record` in place of the last."""
        same = chain.from_iterable(record.alike.items())
        count = [str(record.count).encode()]
        lines = (sorted(record.tips), record.dirty, record.commits, count, same, sorted(record.minor))
        with suppress(OSError, RuntimeError):
            _write(self.name, b"\n".join(b" ".join(line) for line in lines))


def _sorted(width: int, parts: Sequence[bytes]) -> bytes:
    return b"".join(sorted({part[at : at + width] for part in parts for at in range(0, len(part), width)}))


def _read(name: str) -> bytes | None:
    """What is stored under `name`, if it is whole: it begins with its digest."""
    try:
        data = (cache.directory() / name).read_bytes()
    except (OSError, RuntimeError):
        return None
    mark, data = data[:16], data[16:]
    return data if mark == hashlib.blake2b(data, digest_size=16).digest() else None


def _write(name: str, data: bytes) -> None:
    place = cache.directory()
    place.mkdir(parents=True, exist_ok=True)
    cache.write_whole(place / name, hashlib.blake2b(data, digest_size=16).digest() + data)
