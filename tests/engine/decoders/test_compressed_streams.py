"""Streams of bzip2 and xz are read to the end of the last one."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import time
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from keyscan.engine.decoders import content
from keyscan.engine.decoders.compressed_streams import Streams, is_deflate, is_lzma, is_zlib
from keyscan.engine.decoders.signatures import BZIP2, LZMA, XZ, ZLIB

PACKED = pytest.mark.parametrize(
    ("pack", "magic"),
    [(bz2.compress, BZIP2), (lzma.compress, XZ), (zlib.compress, ZLIB[2])],
    ids=["bzip2", "xz", "zlib"],
)


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


def test_lzma_without_a_container():
    """A `.lzma` file is read to its end, which it marks or tells the place of."""
    assert everything(lzma.compress(b"text" * 9000, lzma.FORMAT_ALONE), LZMA) == b"text" * 9000


@pytest.mark.parametrize("level", [0, 1, 6, 9])
def test_zlib_is_known_from_text_that_begins_like_it(level):
    """Streams of every level are known, and formulas and short texts are none."""
    assert is_zlib(zlib.compress(bytes(range(256)) * 40, level))
    assert not any(is_zlib(text) for text in (b"x^2 + y^2 = z^2", b"x^", b"x\x01\xff\xff\xff", b"x^" + b"y" * 600))
    assert is_lzma(lzma.compress(b"text", lzma.FORMAT_ALONE))
    assert not any(is_lzma(text) for text in (b"]\0\0", b"]\0\0 and some text that is long enough"))


@pytest.mark.parametrize("pack", [bz2.compress, gzip.compress, lzma.compress, zlib.compress])
def test_many_small_streams_cost_what_their_number_says(pack):
    """Twice as many take twice as long: what is left of a part is not copied whole for each."""
    one = pack(b"x" * 8)
    spent = []
    for count in (10_000, 40_000):
        started = time.process_time()
        read = content.texts(one * count, "a")
        assert sum(len(made.data) for _, made, reason in read if not reason) == 8 * count
        spent.append(time.process_time() - started)
    assert spent[1] < 4


def test_a_stream_behind_an_empty_one_is_read():
    """The first stream of a bzip2 file may hold nothing."""
    data = bz2.compress(b"") + bz2.compress(b"text")
    assert not content.is_plain(data)
    assert b"text" in [made.data for _, made, _ in content.texts(data, "a")]


def bare(data, level):
    """A stream of deflate without a header."""
    packer = zlib.compressobj(level, wbits=-zlib.MAX_WBITS)
    return packer.compress(data) + packer.flush()


@given(st.text(min_size=40, max_size=400), st.integers(0, 9))
def test_no_stream_of_deflate_is_passed_over_by_its_first_block(text, level):
    """What unpacks to text is told, blocks that are stored as they stand included."""
    packed = bare(text.encode(), level)
    head = packed[:512]
    if head[:64].isascii() or not text.isprintable():
        return
    try:
        head[:64].decode()
    except UnicodeDecodeError:
        assert is_deflate(packed)


@given(st.binary(max_size=80))
@example(b"\x00\x05\x00\xfa\xffhello")
def test_what_no_block_of_deflate_begins_like_does_not_unpack(data):
    """The header of a block says sooner what unpacking it would say."""
    try:
        zlib.decompressobj(-zlib.MAX_WBITS).decompress(data)
    except zlib.error:
        assert not is_deflate(data)
