"""How the files begin that hold other texts or are no plain UTF-8; without imports, for the commit hook's fast path."""

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
GZIP, BZIP2, XZ = b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0"
# Known archives that are not opened, and their names.
CLOSED = {
    b"7z\xbc\xaf\x27\x1c": "7z",
    b"Rar!\x1a\x07": "rar",
    b"\x28\xb5\x2f\xfd": "zstd",
    b"\x04\x22\x4d\x18": "lz4",
    b"\xff\x06\x00\x00sNaPpY": "snappy",
    b"\x1f\x9d\x90": "compress",
    b"\x89LZO\x00\r\n\x1a\n": "lzop",
    b"LZIP\x01": "lzip",
    b"MSCF\x00\x00\x00\x00": "cabinet",
    b"\xed\xab\xee\xdb": "rpm",
    b"!<arch>\ndebian-binary": "deb",
    b"hsqs": "squashfs",
    b"PACK\x00\x00\x00\x02": "git pack",
    b"# v2 git bundle\n": "git bundle",
    b"# v3 git bundle\n": "git bundle",
}
ARCHIVES = (*ZIP, GZIP, BZIP2, XZ, *CLOSED)
# How byte order marks begin.
BYTE_ORDER_MARKS = (b"\xff", b"\xfe", b"\xef")
# A pointer of Git LFS, which stands in a repository for a file that is stored elsewhere; under its former names too.
LFS_POINTERS = (
    b"version https://git-lfs.github.com/spec/",
    b"version https://hawser.github.com/spec/",
    b"version http://git-media.io/v/",
)
TAR, TAR_AT = b"ustar", 257
_ZIP_END = 22


def enclosed(data: bytes) -> str:
    """The kind of what does not begin as an archive: `tar`, `zip` or empty."""
    if data[TAR_AT : TAR_AT + 5] == TAR:
        return "tar"
    # A zip with a program before it: its directory is at the end.
    return "zip" if data[-_ZIP_END : 4 - _ZIP_END] == ZIP[1] else ""
