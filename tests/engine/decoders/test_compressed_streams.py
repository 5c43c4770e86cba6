"""Streams of bzip2 and xz are read to the end of the last one."""

from __future__ import annotations

import bz2
import io
import lzma
import time

import pytest

from keyscan.engine.decoders.compressed_streams import Streams
from keyscan.engine.decoders.signatures import BZIP2, XZ

PACKED = pytest.mark.parametrize(("pack", "magic"), [(bz2.compress, BZIP2), (lzma.compress, XZ)], ids=["bzip2", "xz"])


def everything(data, magic):
    """What `data` unpacks to, read in small parts."""
    streams = Streams(io.BytesIO(data), magic)
    return b"".join(iter(lambda: streams.read(1000), b""))


@PACKED
def test_streams_follow_one_another(pack, magic):
    """Several streams are one text, with padding between them or not."""
    text = b"0123456789" * 30_000
    assert everything(pack(text) + pack(b"second") + b"\0" * 8 + pack(b"third"), magic) == text + b"secondthird"


@PACKED
def test_what_else_follows_is_an_error(pack, magic):
    """Text behind the last stream, or one that is cut off, is never passed over."""
    with pytest.raises(EOFError, match="something else"):
        everything(pack(b"text") + b"behind it", magic)
    with pytest.raises(EOFError, match="too early"):
        everything(pack(b"text" * 1000)[:-4], magic)


@PACKED
def test_padding_is_read_once(pack, magic):
    """Many megabytes of zeros behind a stream take time in proportion: kept, they were copied for every part."""
    start = time.process_time()
    assert everything(pack(b"text") + b"\0" * 30_000_000 + pack(b"more"), magic) == b"textmore"
    assert time.process_time() - start < 3
