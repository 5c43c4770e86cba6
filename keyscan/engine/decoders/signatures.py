"""How files begin (or end) that hold other texts or are no plain UTF-8; imports nothing, for the commit hook."""

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
GZIP, BZIP2, XZ = b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0"
# Streams of zlib by level, as in loose objects of git; and LZMA without a container (`.lzma`).
ZLIB, LZMA = (b"x\x01", b"x^", b"x\x9c", b"x\xda"), b"]\0\0"
# Known formats whose contents are compressed or encrypted and not read here, and what they are called.
CLOSED = {
    b"7z\xbc\xaf\x27\x1c": "7z archive",
    b"Rar!\x1a\x07": "rar archive",
    b"\x28\xb5\x2f\xfd": "zstd archive",
    b"\x04\x22\x4d\x18": "lz4 archive",
    b"\x02\x21\x4c\x18": "lz4 archive",
    b"\xff\x06\x00\x00sNaPpY": "snappy archive",
    b"\x1f\x9d\x90": "compress archive",
    b"\x1f\xa0": "compress archive",
    b"\x89LZO\x00\r\n\x1a\n": "lzop archive",
    b"LZIP\x01": "lzip archive",
    b"LRZI\x00": "lrzip archive",
    b"7kSt\xa01\x83\xd3": "zpaq archive",
    b"\x60\xea": "arj archive",
    b"ZOO 2.": "zoo archive",
    b"MSCF\x00\x00\x00\x00": "cabinet archive",
    b"MSWIM\x00\x00\x00": "Windows image",
    b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1": "Office document or installer of the old format",
    b"\xed\xab\xee\xdb": "rpm archive",
    b"!<arch>\ndebian-binary": "deb archive",
    b"xar!\x00\x1c": "xar archive",
    b"hsqs": "squashfs archive",
    b"\x45\x3d\xcd\x28": "cramfs image",
    b"QFI\xfb": "qcow2 disk image",
    b"KDMV\x01\x00": "VMDK disk image",
    b"vhdxfile": "VHDX disk image",
    b"UBI#\x01": "UBI image",
    b"PACK\x00\x00\x00\x02": "git pack archive",
    b"# v2 git bundle\n": "git bundle archive",
    b"# v3 git bundle\n": "git bundle archive",
    b"%PDF-": "PDF document",
    b"PAR1\x15": "Parquet file",
    b"Obj\x01": "Avro file",
    b"\x89HDF\r\n\x1a\n": "HDF5 file",
    b"ARROW1\x00\x00": "Arrow file",
    b"age-encryption.org/v1\n": "file encrypted with age",
    b"-----BEGIN AGE ENCRYPTED FILE-----": "file encrypted with age",
    b"-----BEGIN PGP MESSAGE-----": "file encrypted with PGP",
    b"Salted__": "file encrypted with OpenSSL",
    b"$ANSIBLE_VAULT;": "file encrypted with Ansible Vault",
    b"\x00GITCRYPT\x00": "file encrypted with git-crypt",
    b"\x03\xd9\xa2\x9a": "KeePass database",
    b"LUKS\xba\xbe": "LUKS disk image",
}
ARCHIVES = (*ZIP, GZIP, BZIP2, XZ, *ZLIB, LZMA, *CLOSED)
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
# What an Apple disk image ends with, an ORC file (and the length of what is before that), and an archive of lha has
# behind two bytes.
_DMG, _DMG_END = b"koly", 512
_ORC, _ORC_LENGTHS = b"ORC", range(14, 32)
_LHA, _LHA_AT = (b"-lh", b"-lz"), 2


def enclosed(data: bytes) -> str:
    """The kind of what does not begin as an archive: `tar`, `zip`, the name of what is not opened, or empty."""
    if data[TAR_AT : TAR_AT + 5] == TAR:
        return "tar"
    # A zip with a program before it: its directory is at the end.
    if data[-_ZIP_END : 4 - _ZIP_END] == ZIP[1]:
        return "zip"
    if data[-_DMG_END : 4 - _DMG_END] == _DMG:
        return "Apple disk image"
    if data[-4:-1] == _ORC and data[-1] in _ORC_LENGTHS:
        return "ORC file"
    return "lha archive" if data[_LHA_AT : _LHA_AT + 3] in _LHA and data[_LHA_AT + 4 : _LHA_AT + 5] == b"-" else ""
