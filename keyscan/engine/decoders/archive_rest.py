"""What an archive holds beside its members: comments, headers, bytes before, between and after them."""

from __future__ import annotations

from collections import deque
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    import tarfile
    import zipfile
    from collections.abc import Iterable, Iterator

_LOCAL, _LOCAL_SIZE = b"PK\x03\x04", 30
# Methods of compression that a member's header may name.
_METHODS = frozenset((0, 8, 9, 12, 14, 93, 95, 98))
# Bytes behind the last member's header that are kept while a tar archive is read forward, in parts.
_KEPT = 4
UNLISTED = "a member that its directory does not list: not read"


def of_zip(data: bytes, listed: Iterable[zipfile.ZipInfo]) -> bytes:
    """The bytes of a zip archive that are no member's contents, between two line ends; never an archive themselves."""
    parts, at = [], 0
    for start, end in sorted(_extents(data, listed)):
        if start > at:
            parts.append(data[at:start])
        at = max(at, end)
    return b"\n" + b"\n".join((*parts, data[at:])) + b"\n"


def _extents(data: bytes, listed: Iterable[zipfile.ZipInfo]) -> Iterator[tuple[int, int]]:
    for info in listed:
        start = info.header_offset + _LOCAL_SIZE
        lengths = data[start - 4 : start]
        start += int.from_bytes(lengths[:2], "little") + int.from_bytes(lengths[2:], "little")
        yield start, min(len(data), start + info.compress_size)


def has_unlisted(rest: bytes, count: int) -> bool:
    """Whether `rest`, of `of_zip`, has more headers of members in it than the `count` that are listed."""
    headers, at = 0, rest.find(_LOCAL)
    while at >= 0:
        method, name = (int.from_bytes(rest[at + low : at + low + 2], "little") for low in (8, 26))
        headers += method in _METHODS and 0 < name <= len(rest) - at - _LOCAL_SIZE
        at = rest.find(_LOCAL, at + 1)
    return headers > count


def of_tar_header(info: tarfile.TarInfo) -> str:
    """What a tar archive says of a member beside its name and contents: owners, the target of a link, extensions."""
    return "\n".join(filter(None, (info.linkname, info.uname, info.gname, *map(str, info.pax_headers.values()))))


class Tail:
    """A file read forward, which knows what stands behind an offset of what was read last."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file, self._position = file, 0
        self._kept: deque[bytes] = deque(maxlen=_KEPT)

    def read(self, size: int) -> bytes:
        """The next part."""
        part = self._file.read(size)
        self._position += len(part)
        self._kept.append(part)
        return part

    def behind(self, offset: int, most: int) -> bytes:
        """At most `most` bytes from `offset` on, without the zero bytes that it begins with."""
        kept = b"".join(self._kept)
        behind = self._position - offset
        rest = kept[-behind:] if behind > 0 else b""
        return (rest + self._file.read(max(0, most - len(rest)))).lstrip(b"\0")
