"""A file without a name: on disk where there is a directory for such files, else in memory."""

from __future__ import annotations

import os
import tempfile
from typing import IO


def temporary_file() -> IO[bytes]:
    """An open file that nobody else can reach and that is gone when it is closed; raises OSError.

    A container with a root that cannot be written to may have no directory for temporary files.
    """
    try:
        return tempfile.TemporaryFile()
    except FileNotFoundError:
        if not hasattr(os, "memfd_create"):
            raise
        return os.fdopen(os.memfd_create("keyscan", os.MFD_CLOEXEC), "w+b")
