"""Reads one regular file: no links followed, no pipes waited for."""

from __future__ import annotations

import os
import stat
from functools import partial
from typing import IO, TYPE_CHECKING

from keyscan.model.blob import CHUNK_SIZE, Blob, Origin, Skip
from keyscan.sources.chunks import chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.sources.files import Target

# A file swapped for a link or a pipe after it was listed is neither followed nor waited for.
_FLAGS = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


def read(target: Target, overlap: int) -> Iterator[Blob | Skip]:
    """The contents of a file, in chunks that overlap by `overlap` bytes when it is large."""
    try:
        descriptor = os.open(target.file, _FLAGS)
    except OSError as error:
        yield Skip(target.name, f"cannot be read: {error.strerror}", incomplete=True)
        return
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            yield Skip(target.name, "not a regular file any more", incomplete=True)
            return
        # One byte more than the size tells whether the file has grown; asking for more costs page faults.
        data = os.read(descriptor, min(found.st_size + 1, CHUNK_SIZE))
        if len(data) <= found.st_size < CHUNK_SIZE:
            yield Blob(data, Origin(target.name))
        else:
            yield from chunks(partial(os.read, descriptor), data, Origin(target.name), overlap, CHUNK_SIZE)
    except OSError as error:
        yield Skip(target.name, f"cannot be read: {error.strerror}", incomplete=True)
    finally:
        os.close(descriptor)


def read_stdin(stream: IO[bytes], name: str) -> Blob:
    """All of standard input, under `name`."""
    return Blob(stream.read(), Origin(name, kind="stdin"))
