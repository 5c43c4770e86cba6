"""Streams of bzip2 and xz, one behind the other: nothing that stands behind the first one is passed over."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from keyscan.engine.decoders.signatures import BZIP2

if TYPE_CHECKING:
    import bz2
    import lzma

_MEMORY = 128 << 20


class Streams:
    """Streams of bzip2 or xz, one behind the other, with a bound on the memory that the window of one may take.

    Python's own readers take no notice of what stands behind the last one.
    """

    def __init__(self, raw: io.BytesIO, magic: bytes) -> None:
        self._raw, self._magic = raw, magic
        self._unpack = self._fresh()

    def _fresh(self) -> bz2.BZ2Decompressor | lzma.LZMADecompressor:
        if self._magic == BZIP2:
            import bz2

            return bz2.BZ2Decompressor()
        import lzma

        return lzma.LZMADecompressor(memlimit=_MEMORY)

    def read(self, size: int) -> bytes:
        """The next unpacked bytes, at most `size`; empty at the end. EOFError where a stream ends too early."""
        while not self._unpack.eof or self._next():
            fresh = self._raw.read(64 * 1024) if self._unpack.needs_input else b""
            part = self._unpack.decompress(fresh, size)
            if part:
                return part
            if not fresh and self._unpack.needs_input and not self._unpack.eof:
                raise EOFError("it ends too early")
        return b""

    def _next(self) -> bool:
        """Whether another stream follows, which is opened; EOFError where something else does."""
        # Zeros are dropped part by part: kept, many megabytes of padding would be copied again for each part.
        behind = self._unpack.unused_data.lstrip(b"\0")
        while len(behind) < len(self._magic):
            more = self._raw.read(64 * 1024)
            if not more:
                break
            behind = (behind + more).lstrip(b"\0")
        if not behind:
            return False
        if not behind.startswith(self._magic):
            raise EOFError("something else follows its end: not read")
        self._raw.seek(-len(behind), io.SEEK_CUR)
        self._unpack = self._fresh()
        return True
