"""Archives, opened in memory: their members as names and bytes, within bounds that no bomb gets round.

What can't be opened, and what a bound leaves out, is named with its reason. Nothing is written, and a member's
name is only a name.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import IO, TYPE_CHECKING, NamedTuple

from keyscan.engine.decoders import archive_rest, compressed_streams
from keyscan.engine.decoders.document_runs import joined_runs
from keyscan.engine.decoders.signatures import (
    ARCHIVES,
    BZIP2,
    CLOSED,
    DEFLATE,
    GZIP,
    LZMA,
    TAR,
    TAR_AT,
    XZ,
    ZIP,
    ZLIB,
    by_name,
    elsewhere,
    enclosed,
    is_text,
)
from keyscan.engine.decoders.unicode import PROBE

if TYPE_CHECKING:
    import tarfile
    import zipfile
    from collections.abc import Iterator

MEGABYTE = 1024 * 1024
# What stands between an archive's name and its member's.
SEPARATOR = "!/"
_STREAMS = (GZIP, XZ)
# What follows the head of a bzip2 stream: a block, or the end of a stream that holds nothing.
_BZIP2_BLOCKS = (b"1AY&SY", b"\x17rE8P\x90")
# The bytes that an archive's signature begins with.
FIRSTS = frozenset(signature[:1] for signature in ARCHIVES)
# What is not read of one archive is named up to this number; the rest is counted.
_NAMED = 20


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much of one archive is opened, archives inside it included; sizes in bytes.

    A member larger than `small` that is more than `ratio` times its stored size is left out.
    """

    depth: int = 3
    member: int = 32 * MEGABYTE
    total: int = 256 * MEGABYTE
    members: int = 20_000
    ratio: int = 250
    small: int = MEGABYTE


class Member(NamedTuple):
    """A member's whole name, outer archives before it, and its bytes; or, with a reason, why it was not read."""

    name: str
    data: bytes
    reason: str = ""


class _Full(Exception):  # noqa: N818 - a bound that was met, not an error
    """All that may be opened of this archive was opened."""


class _Dense(Exception):  # noqa: N818 - likewise
    """This one archive expands too much."""


@dataclass
class _Budget:
    """What may still be opened."""

    bounds: Bounds
    total: int = field(init=False)
    members: int = field(init=False)

    def __post_init__(self) -> None:
        self.total, self.members = self.bounds.total, self.bounds.members

    def spend(self, size: int) -> None:
        """Count `size` opened bytes; _Full when that was too much."""
        self.total -= size
        if self.total < 0:
            raise _Full(f"more than {self.bounds.total // MEGABYTE} MB in it: the rest is not read")

    def count(self) -> None:
        """Count a member; _Full when that was one too many."""
        self.members -= 1
        if self.members < 0:
            raise _Full(f"more than {self.bounds.members:,} members: the rest is not read")


def kind(data: bytes, name: str = "") -> str:
    """`zip`, `tar`, `stream` (a compressed file), the name of what is known and not opened here; empty for others.

    `name` is the file's, for what only that tells.
    """
    if data[:1] not in FIRSTS or not data.startswith(ARCHIVES):
        known = enclosed(data)
        if known or (data.find(b"\0", 0, PROBE) < 0 and is_text(data)):
            return known
        stream = "stream" if compressed_streams.is_deflate(data) else ""
        return elsewhere(data) or stream or by_name(data, name)
    if data.startswith(ZIP):
        return "zip"
    if data.startswith(_STREAMS):
        return "stream"
    if data.startswith(ZLIB):
        return "stream" if compressed_streams.is_zlib(data) else ""
    if data.startswith(LZMA):
        return "stream" if compressed_streams.is_lzma(data) else ""
    if data.startswith(BZIP2):
        return "stream" if data[4:10] in _BZIP2_BLOCKS else ""
    return next(label for magic, label in CLOSED.items() if data.startswith(magic))


def members(data: bytes, name: str, bounds: Bounds | None = None) -> Iterator[Member]:
    """The files in the archive `data`, which is called `name`; those of archives inside it too.

    Raises nothing: what is broken, encrypted or out of bounds is a member with a reason.
    """
    budget = _Budget(bounds or Bounds())
    unread = 0
    try:
        for member in _open(data, name, budget, 1):
            unread += bool(member.reason)
            if not member.reason or unread <= _NAMED:
                yield member
    except _Full as full:
        yield Member(name, b"", str(full))
    if unread > _NAMED:
        yield Member(name, b"", f"{unread - _NAMED} more members were not read")


def _open(data: bytes, name: str, budget: _Budget, depth: int) -> Iterator[Member]:
    what = kind(data, name)
    if depth > budget.bounds.depth:
        yield Member(name, b"", f"an archive inside {budget.bounds.depth} others: not opened")
        return
    try:
        if what == "zip":
            members = _zip(data, name, budget)
        elif what == "tar":
            members = _tar(io.BytesIO(data), name, budget)
        elif what == "stream":
            members = _stream(data, name, budget)
        else:
            yield Member(name, b"", f"{what}: not opened")
            return
        for member in members:
            if member.reason or not kind(member.data, member.name):
                yield member
            else:
                yield from _open(member.data, member.name, budget, depth + 1)
    except _Full:
        raise
    except _Dense as dense:
        yield Member(name, b"", str(dense))
    except Exception as error:  # noqa: BLE001 - a hostile archive breaks its reader in whatever way it likes
        yield Member(name, b"", f"broken archive: {_said(error)}")


def _said(error: Exception) -> str:
    """An error in one short line."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text[:80]}" if text else type(error).__name__


def _zip(data: bytes, name: str, budget: _Budget) -> Iterator[Member]:
    import zipfile

    if data.count(b"PK\x01\x02") > 2 * budget.bounds.members:
        raise _Full(f"more than {budget.bounds.members:,} members: not opened")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        listed = archive.infolist()
        for info in listed:
            if info.file_size or not info.is_dir():
                budget.count()
                yield _zip_member(archive, info, f"{name}{SEPARATOR}{info.filename}", budget)
    rest = archive_rest.of_zip(data, listed)
    yield Member(name, rest)
    if archive_rest.has_unlisted(rest, len(listed)):
        yield Member(name + SEPARATOR, b"", archive_rest.UNLISTED)


def _zip_member(archive: zipfile.ZipFile, info: zipfile.ZipInfo, name: str, budget: _Budget) -> Member:
    bounds = budget.bounds
    if info.flag_bits & 1:
        return Member(name, b"", "encrypted: not read")
    if info.compress_type == 14:  # noqa: PLR2004 - LZMA, whose window may be as large as it likes
        return Member(name, b"", "compressed with LZMA: not read")
    try:
        with archive.open(info) as file:
            member = _read(file, name, budget, max(bounds.small, info.compress_size * bounds.ratio))
            return member._replace(data=joined_runs(member.data, name))
    except _Full:
        raise
    except Exception as error:  # noqa: BLE001 - one broken member says nothing about the others
        return Member(name, b"", f"broken: {_said(error)}")


def _read(file: IO[bytes], name: str, budget: _Budget, most: int) -> Member:
    """A member, unless it is larger than a bound; `most` is the size beyond which it is too dense."""
    bounds = budget.bounds
    limit = min(bounds.member, most, budget.total)
    data = file.read(limit + 1)
    budget.spend(len(data))
    if len(data) <= limit:
        return Member(name, data)
    if limit == most:
        return Member(name, b"", f"expands more than {bounds.ratio} times: not read")
    return Member(name, b"", f"larger than {bounds.member // MEGABYTE} MB: not read")


def _tar(file: IO[bytes], name: str, budget: _Budget) -> Iterator[Member]:
    import tarfile

    tail, headers = archive_rest.Tail(file), []
    with tarfile.open(fileobj=tail, mode="r|", errorlevel=0) as archive:  # type: ignore[call-overload]
        for info in archive:
            headers.append(archive_rest.of_tar_header(info))
            if info.isreg():
                budget.count()
                yield _tar_member(archive, info, f"{name}{SEPARATOR}{info.name}", budget)
        rest = tail.behind(archive.offset, min(budget.bounds.member, budget.total))
    budget.spend(len(rest))
    yield Member(name, "\n".join(dict.fromkeys(filter(None, headers))).encode("utf-8", "surrogateescape"))
    if rest:
        yield Member(name, rest)


def _tar_member(archive: tarfile.TarFile, info: tarfile.TarInfo, name: str, budget: _Budget) -> Member:
    file = archive.extractfile(info)
    if file is None:
        return Member(name, b"", "not a plain file: not read")
    return _read(file, name, budget, budget.bounds.total)


def _stream(data: bytes, name: str, budget: _Budget) -> Iterator[Member]:
    """One compressed file: a tar archive, or itself the only member."""
    file = io.BufferedReader(_Unpacked(data, budget), 64 * 1024)
    if file.peek(TAR_AT + 5)[TAR_AT : TAR_AT + 5] == TAR:
        yield from _tar(file, name, budget)
        return
    budget.count()
    inner = name.rpartition(SEPARATOR)[2].rpartition("/")[2]
    stem, _, ending = inner.rpartition(".")
    inner = stem if stem and ending.lower() in {"gz", "bz2", "xz"} else inner
    yield _read(file, f"{name}{SEPARATOR}{inner}", budget, budget.bounds.total)


class _Unpacked(io.RawIOBase):
    """What compressed bytes unpack to, read bit by bit; raises _Dense where they expand too much."""

    def __init__(self, data: bytes, budget: _Budget) -> None:
        super().__init__()
        self._ratio = budget.bounds.ratio
        self._remaining = max(budget.bounds.small, len(data) * self._ratio)
        self._file = _unpacker(data)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        part = self._file.read(len(buffer))
        self._remaining -= len(part)
        if self._remaining < 0:
            raise _Dense(f"expands more than {self._ratio} times: not read")
        buffer[: len(part)] = part
        return len(part)


def _unpacker(data: bytes) -> IO[bytes]:
    raw = io.BytesIO(data)
    if data.startswith(GZIP):
        import gzip

        return gzip.GzipFile(fileobj=raw)  # type: ignore[return-value]
    magic = next((one for one in (BZIP2, XZ, LZMA, *ZLIB) if data.startswith(one)), DEFLATE)
    return compressed_streams.Streams(raw, magic)  # type: ignore[return-value]
