"""Opens and reads a regular file; a pipe, a device or a directory in its place is an error and is never waited for."""

from __future__ import annotations

import errno
import os
import stat
from typing import BinaryIO

# Without O_BINARY Windows would end a file at a Ctrl-Z and drop carriage returns.
_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)


class NotRegularError(OSError):
    """A path leads to something that is no regular file."""


def open_regular(path: str | os.PathLike[str], *, follow: bool = True) -> BinaryIO:
    """`path` opened for reading; NotRegularError for what is no regular file, OSError for what cannot be opened.

    `follow`: symbolic links are followed; where they are not, opening one is an OSError (on Windows they always are).
    """
    descriptor = os.open(path, _FLAGS if follow else _FLAGS | getattr(os, "O_NOFOLLOW", 0))
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)  # a directory cannot be opened as a file
        raise NotRegularError(errno.EINVAL, "not a regular file", os.fspath(path))
    return os.fdopen(descriptor, "rb")


def read_regular(path: str | os.PathLike[str], most: int, *, follow: bool = True) -> bytes:
    """At most `most` bytes from the beginning of a regular file; errors as `open_regular`."""
    with open_regular(path, follow=follow) as file:
        return file.read(most)
