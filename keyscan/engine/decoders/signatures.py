"""How files begin (or end) that hold other texts or are no plain UTF-8; imports nothing, for the commit hook."""

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
GZIP, BZIP2, XZ = b"\x1f\x8b\x08", b"BZh", b"\xfd7zXZ\0"
# Streams of zlib by level, as in loose objects of git; and LZMA without a container (`.lzma`).
ZLIB, LZMA = (b"x\x01", b"x^", b"x\x9c", b"x\xda"), b"]\0\0"
# A stream of deflate has no first bytes of its own.
DEFLATE = b""
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
    b"\x28\xcd\x3d\x45": "cramfs image",
    b"sqsh\x00": "squashfs archive",
    **{bytes((first,)) + b"\x2a\x4d\x18": "zstd or lz4 archive" for first in range(0x50, 0x60)},
    **{bytes((first,)) + b"\xb5\x2f\xfd": "zstd archive" for first in range(0x1E, 0x28)},
    b"bvx1": "LZFSE archive",
    b"bvx2": "LZFSE archive",
    b"bvxn": "LZFSE archive",
    b"pbze\x00": "Apple archive",
    b"pbzz\x00": "Apple archive",
    b"pbz4\x00": "Apple archive",
    b"SZDD\x88\xf0\x27\x33": "compressed file of MS-DOS",
    b"KWAJ\x88\xf0\x27\xd1": "compressed file of MS-DOS",
    b"MAM\x04": "compressed file of Windows",
    b"SIT!\x00": "StuffIt archive",
    b"StuffIt (c)": "StuffIt archive",
    b"EGGA\x00\x01": "egg archive",
    b"ALZ\x01\x0a\x00": "alz archive",
    b"ArC\x01\x02": "FreeArc archive",
    b"\x37\xe4\x53\x96\xc9\xdb\xd6\x07": "zisofs archive",
    b"ITSF\x03\x00\x00\x00": "compiled HTML help",
    b"ISc(\x00": "cabinet archive of InstallShield",
    b"CISO\x00": "compressed disk image",
    b"EVF\x09\x0d\x0a\xff\x00": "EnCase disk image",
    b"encrcdsa\x00": "encrypted Apple disk image",
    b"ANDROID BACKUP\n": "Android backup",
    b"mozLz40\x00": "lz4 archive of Mozilla",
    b"PGDMP\x01": "PostgreSQL dump",
    b"REDIS00": "Redis dump",
    b"$FL3@(#)": "compressed SPSS file",
    b"SEQ\x06": "Hadoop sequence file",
    b"FEA1\x00": "Feather file",
    b"!BDN": "Outlook mail folder",
    b"LPKSHHRH": "systemd journal",
    b"\x41\xd8\x01\x00": "WiredTiger table",
    b"\x3f\xd7\x6c\x17": "Lucene index",
    b"\x85\x19\x01\xe0": "JFFS2 image",
    b"\x85\x19\x02\xe0": "JFFS2 image",
    b"\x85\x19\x03\x20": "JFFS2 image",
    b"\x19\x85\xe0\x01": "JFFS2 image",
    b"\x19\x85\xe0\x02": "JFFS2 image",
    b"\x19\x85\x20\x03": "JFFS2 image",
    b"\x27\x05\x19\x56": "boot image",
    b"AT&TFORM": "DjVu document",
    b"fig-kiwi": "Figma file",
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
    # Messages to the holder of a key (RSA of 2048, 3072 and 4096 bits, Curve25519) and under a passphrase.
    **dict.fromkeys(
        (
            b"\x85\x01\x0c\x03",
            b"\x85\x01\x8c\x03",
            b"\x85\x02\x0c\x03",
            b"\x84\x5e\x03",
            b"\xc1\xc0\x4c\x03",
            b"\xc1\x5e\x03",
            b"\x8c\x0d\x04",
            b"\xc3\x0d\x04",
        ),
        "file encrypted with PGP",
    ),
    b"Salted__": "file encrypted with OpenSSL",
    b"U2FsdGVkX1": "file encrypted with OpenSSL",
    b"RCLONE\x00\x00": "file encrypted with rclone",
    b"-----BEGIN CMS-----": "CMS message",
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


# Formats told by bytes elsewhere, none of which is text: by their offset (from the end if negative), the number of
# these bytes, and the bytes.
_ELSEWHERE = (
    (1024, 4, {b"\xe2\xe1\xf5\xe0": "erofs image"}),
    (0x10040, 8, {b"_BHRfS_M": "btrfs image"}),
    (3, 8, {b"-FVE-FS-": "BitLocker disk image"}),
    (8, 4, {b"DUCK": "DuckDB database"}),
    (60, 8, {b"BOOKMOBI": "e-book", b"TEXtREAd": "e-book"}),
    (7, 7, {b"**ACE**": "ace archive"}),
    (126, 2, {b"IM": "MATLAB file", b"MI": "MATLAB file"}),
    (-8, 8, {b"\x57\xfb\x80\x8b\x24\x75\x47\xdb": "LevelDB table"}),
    (-4, 4, {b"PARE": "encrypted Parquet file"}),
)
_BEGINNINGS = {"MATLAB file": b"MATLAB 5.0 MAT-file", "encrypted Parquet file": b"PARE"}
# Endings of names whose contents nothing else tells, if these are no text.
_BY_NAME = {
    ".br": "Brotli archive",
    ".sz": "snappy archive",
    ".snappy": "snappy archive",
    ".lzo": "lzo archive",
    ".gpg": "file encrypted with PGP",
    ".pgp": "file encrypted with PGP",
    ".enc": "encrypted file",
    ".aes": "encrypted file",
    ".axx": "encrypted file",
}
_HEAD = 64


def is_text(data: bytes) -> bool:
    """Whether the first bytes of `data` are UTF-8, as those of nothing compressed or encrypted are."""
    head = data[:_HEAD]
    if head.isascii():
        return True
    try:
        head.decode()
    except UnicodeDecodeError as error:
        # A character that the bound cuts in two.
        return len(data) > _HEAD and error.reason == "unexpected end of data"
    return True


def elsewhere(data: bytes) -> str:
    """The name of a format that is not opened and that bytes behind its first ones tell; empty for others."""
    for place, size, labels in _ELSEWHERE:
        at = place if place >= 0 else max(0, len(data) + place)
        label = labels.get(data[at : at + size])
        if label and data.startswith(_BEGINNINGS.get(label, b"")):
            return label
    return ""


def by_name(data: bytes, name: str) -> str:
    """The name of a format that is not opened and that the ending of a file's name tells; empty for others."""
    label = _BY_NAME.get(name[name.rfind(".") :].lower(), "") if "." in name else ""
    return "" if not label or is_text(data) else label


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
