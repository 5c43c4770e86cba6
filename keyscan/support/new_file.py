"""A file that takes another's place in one step, once it is written: a process that is killed leaves the old one.

On Linux it has no name until then, so that nothing is left of it either. Elsewhere, and on file systems without such
files, it lies beside the old one under a name that begins with a dot.
"""

from __future__ import annotations

import errno
import os
import tempfile
from contextlib import suppress
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

_OPEN_FILES = "/proc/self/fd"


class NewFile:
    """The new contents of `file`; a context manager that drops them unless `replace` was called."""

    def __init__(self, file: str | os.PathLike[str]) -> None:
        """Raises OSError where its directory cannot be written to."""
        self._file = os.path.abspath(os.fspath(file))  # noqa: PTH100 - odd bytes are kept
        self._directory, self._name = os.path.split(self._file)
        self._named = ""
        handle = self._open()
        self.stream: BinaryIO = os.fdopen(handle, "wb")
        # By which what takes a path reaches it, such as `shutil.copystat`.
        self.path = self._named or f"{_OPEN_FILES}/{handle}"

    def _open(self) -> int:
        """A descriptor of a file that only its owner may read."""
        if hasattr(os, "O_TMPFILE") and os.path.isdir(_OPEN_FILES):  # noqa: PTH112
            with suppress(OSError):
                return os.open(self._directory, os.O_TMPFILE | os.O_WRONLY | os.O_CLOEXEC, 0o600)
        handle, self._named = tempfile.mkstemp(dir=self._directory, prefix=f".{self._name}.")
        return handle

    def replace(self) -> None:
        """Put it in the place of the old file, if there is one; raises OSError."""
        self.stream.flush()
        if self._named:
            self.stream.close()  # Windows moves no file that is open
        elif self._link(self._file):
            return
        else:
            self._named = self._free_name()
        os.replace(self._named, self._file)  # noqa: PTH105
        self._named = ""

    def create(self) -> None:
        """Give it its name; raises FileExistsError where there is a file by now, and OSError."""
        self.stream.flush()
        if not self._named:
            if not self._link(self._file):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), self._file)
            return
        self.stream.close()
        if os.name == "nt":
            os.rename(self._named, self._file)  # noqa: PTH104 - replaces nothing there
        else:
            os.link(self._named, self._file)
            os.unlink(self._named)  # noqa: PTH108
        self._named = ""

    def _link(self, name: str) -> bool:
        """Give the file a name, if nothing has it."""
        handle = self.stream.fileno()
        with suppress(FileExistsError):
            # The path is absolute: what the descriptor of a directory is given for is to follow the link in it.
            os.link(self.path, name, src_dir_fd=handle, follow_symlinks=True)
            return True
        return False

    def _free_name(self) -> str:
        """A name of its own beside the old file, given now."""
        while True:
            name = os.path.join(self._directory, f".{self._name}.{os.urandom(4).hex()}")  # noqa: PTH118
            if self._link(name):
                return name

    def __enter__(self) -> Self:
        """This object."""
        return self

    def __exit__(self, _kind: type[BaseException] | None, _error: object, _at: TracebackType | None) -> None:
        """Drop what was not put in place."""
        with suppress(OSError):
            self.stream.close()
        if self._named:
            with suppress(OSError):
                os.unlink(self._named)  # noqa: PTH108
