"""Streams of bzip2, xz, LZMA, zlib and deflate, one behind the other: nothing behind the first one is passed over."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from keyscan.engine.decoders.signatures import BZIP2, DEFLATE, LZMA, ZLIB, is_text

if TYPE_CHECKING:
    import bz2
    import lzma

_MEMORY = 128 << 20
# Bytes that a stream is given at first and at most: what it leaves is copied, for each of many small streams.
_FIRST_PART, _LARGEST_PART = 512, 64 * 1024
# Bytes of what may be zlib that are tried: text that begins like it breaks off within them.
_TRIED = 512
# What deflate without a header must unpack to, at least so much of it.
_PRINTABLE, _LEAST_TEXT = bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100)) + b"\t\n\r", 24
# Bytes of the header of a block that is stored as it stands.
_STORED = 5
# The largest size that the header of an LZMA file may tell, beside the mark that it does not.
_LZMA_SIZE, _LZMA_UNKNOWN = 1 << 40, b"\xff" * 8


def is_zlib(data: bytes) -> bool:
    """Whether `data`, which begins like a stream of zlib, is one: text may begin so too."""
    import zlib

    head = data[:_TRIED]
    try:
        zlib.decompressobj().decompress(head, 1 << 16)
    except zlib.error:
        return False
    return not head.isascii()


def is_deflate(data: bytes) -> bool:
    """Whether `data` is a stream of deflate without a header that holds text: other bytes hardly ever unpack to any."""
    if not _may_be_deflate(data) or is_text(data):
        return False
    import zlib

    try:
        text = zlib.decompressobj(-zlib.MAX_WBITS).decompress(data[:_TRIED], _TRIED)
    except zlib.error:
        return False
    return len(text) >= _LEAST_TEXT and not text.translate(None, _PRINTABLE)


def _may_be_deflate(data: bytes) -> bool:
    """Whether the first block's header is one (RFC 1951, 3.2.3): few programs and pictures begin so."""
    kind = data[0] >> 1 & 3 if data else 3
    if kind == 0 and len(data) > _STORED:  # as it stands: its length, and that inverted
        return data[1] ^ data[3] == data[2] ^ data[4] == 0xFF  # noqa: PLR2004
    return kind != 3  # noqa: PLR2004


def is_lzma(data: bytes) -> bool:
    """Whether `data`, which begins like an LZMA file, has the rest of its header: the size of what is in it."""
    size = data[5:13]
    return len(size) == len(_LZMA_UNKNOWN) and (
        size == _LZMA_UNKNOWN or int.from_bytes(size, "little") < _LZMA_SIZE
    )  # fmt: skip


class _Zlib:
    """A decompressor of zlib, or of deflate, with the interface of those of bzip2 and xz."""

    def __init__(self, *, bare: bool) -> None:
        import zlib

        self._unpack = zlib.decompressobj(-zlib.MAX_WBITS if bare else zlib.MAX_WBITS)

    @property
    def eof(self) -> bool:
        """Whether the stream has ended."""
        return self._unpack.eof

    @property
    def unused_data(self) -> bytes:
        """What stands behind its end."""
        return self._unpack.unused_data

    @property
    def needs_input(self) -> bool:
        """Whether all that was given is used up."""
        return not self._unpack.unconsumed_tail and not self._unpack.eof

    def decompress(self, data: bytes, size: int) -> bytes:
        """At most `size` further bytes."""
        return self._unpack.decompress(self._unpack.unconsumed_tail + data, size)


class Streams:
    """Streams of one kind, one behind the other, with a bound on the memory that the window of one may take.

    Python's own readers take no notice of what stands behind the last one.
    """

    def __init__(self, raw: io.BytesIO, magic: bytes) -> None:
        self._raw, self._magic = raw, magic
        self._unpack = self._fresh()
        self._part = _FIRST_PART

    def _fresh(self) -> bz2.BZ2Decompressor | lzma.LZMADecompressor | _Zlib:
        if self._magic in {DEFLATE, *ZLIB}:
            return _Zlib(bare=self._magic == DEFLATE)
        if self._magic == BZIP2:
            import bz2

            return bz2.BZ2Decompressor()
        import lzma

        form = lzma.FORMAT_ALONE if self._magic == LZMA else lzma.FORMAT_XZ
        return lzma.LZMADecompressor(form, memlimit=_MEMORY)

    def read(self, size: int) -> bytes:
        """The next unpacked bytes, at most `size`; empty at the end. EOFError where a stream ends too early."""
        while not self._unpack.eof or self._next():
            fresh = self._raw.read(self._part) if self._unpack.needs_input else b""
            self._part = min(2 * self._part, _LARGEST_PART)
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
        while len(behind) < max(1, len(self._magic)):
            more = self._raw.read(_LARGEST_PART)
            if not more:
                break
            behind = (behind + more).lstrip(b"\0")
        if not behind:
            return False
        if not behind.startswith(self._magic):
            raise EOFError("something else follows its end: not read")
        self._raw.seek(-len(behind), io.SEEK_CUR)
        self._unpack = self._fresh()
        self._part = _FIRST_PART
        return True
