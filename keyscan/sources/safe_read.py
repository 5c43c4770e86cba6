"""Reads one regular file: no links followed, no pipes waited for, unless the user named it."""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from functools import partial
from typing import IO, TYPE_CHECKING

from keyscan.model.blob import CHUNK_SIZE, Blob, Origin, Skip
from keyscan.sources.chunks import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.sources.files import Target

# A file swapped for a link or a pipe after it was listed is neither followed nor waited for.
_NAMED_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0)
_FLAGS = _NAMED_FLAGS | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)


def read(target: Target, overlap: int) -> Iterator[Blob | Skip]:
    """The contents of a file, in chunks that overlap by `overlap` bytes when it is large; the text of a link."""
    origin = Origin(target.name, named=target.named, outside=target.outside)
    if target.link:
        with suppress(OSError):  # replaced by something else since
            yield Blob(os.readlink(os.fsencode(target.file)), origin)  # noqa: PTH115 - keeps odd bytes
            return
    try:
        descriptor = os.open(target.file, _NAMED_FLAGS if target.named else _FLAGS)
    except OSError as error:
        yield Skip(target.name, f"cannot be read: {error.strerror}", incomplete=True)
        return
    try:
        status = os.fstat(descriptor)
        regular = stat.S_ISREG(status.st_mode)
        if not regular and not (target.named and stat.S_ISFIFO(status.st_mode)):
            yield Skip(target.name, "not a regular file any more", incomplete=True)
            return
        # One byte more than the size tells whether the file has grown; asking for more costs page faults.
        size = min(status.st_size + 1, CHUNK_SIZE) if regular else CHUNK_SIZE
        data = os.read(descriptor, size)
        if not regular or len(data) < status.st_size:
            data += _read_fully(descriptor, size - len(data))
        if len(data) < size:
            yield Blob(data, origin)
        else:
            yield from chunks(partial(_read_fully, descriptor), data, origin, overlap, CHUNK_SIZE)
    except OSError as error:
        yield Skip(target.name, f"cannot be read: {error.strerror}", incomplete=True)
    finally:
        os.close(descriptor)


def _read_fully(descriptor: int, size: int) -> bytes:
    """The next `size` bytes, fewer only at the end of the file: one read may give less than there is."""
    parts: list[bytes] = []
    while size and (part := os.read(descriptor, size)):
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def read_stdin(stream: IO[bytes], name: str, overlap: int) -> Iterator[Blob]:
    """All of standard input, under `name`, in chunks like those of a large file."""
    data = stream.read(CHUNK_SIZE)
    origin = Origin(name, kind="stdin")
    if len(data) < CHUNK_SIZE:
        yield Blob(data, origin)
    else:
        yield from chunks(stream.read, data, origin, overlap, CHUNK_SIZE)
