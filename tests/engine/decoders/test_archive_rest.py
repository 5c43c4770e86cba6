"""What stands in an archive beside its members is read: comments, headers, bytes before, between and after them."""

from __future__ import annotations

import bz2
import io
import tarfile
import zipfile

import pytest

from keyscan.engine.decoders import archive, archive_rest

TEXT = b"the hidden text"


def zipped(names, comment=b""):
    """A zip archive with a file of each name."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, data in names.items():
            made.writestr(name, data)
        made.comment = comment
    return out.getvalue()


def tarred(headers=None, **fields):
    """A tar archive with one file, whose header has `fields`."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=tarfile.PAX_FORMAT, pax_headers=headers or {}) as made:
        info = tarfile.TarInfo("a")
        info.size = 0 if "linkname" in fields else 1
        for name, value in fields.items():
            setattr(info, name, value)
        made.addfile(info, io.BytesIO(b"x"))
    return out.getvalue()


PLAIN = zipped({"a": b"nothing"})
WORD = TEXT.decode()


@pytest.mark.parametrize(
    "data",
    [
        zipped({"a": b"nothing"}, TEXT),
        PLAIN + TEXT,
        TEXT + PLAIN,
        zipped({"a": b"nothing", "d/": TEXT}),
        zipped({WORD: b"nothing"}),
        tarred() + TEXT,
        tarred() + tarred(uname=WORD),
        tarred(uname=WORD),
        tarred(linkname=WORD, type=tarfile.SYMTYPE),
        tarred({"comment": WORD}),
    ],
    ids=["comment", "after", "before", "directory", "name", "after tar", "second tar", "owner", "link", "extension"],
)
def test_text_beside_the_members_is_read(data):
    """It is in what is read under the archive's own name or a member's, and nothing is broken."""
    found = list(archive.members(data, "x"))
    assert any(TEXT in member.data or TEXT in member.name.encode() for member in found)
    assert not [member for member in found if member.reason]


def test_a_compressed_tar_has_a_tail_too():
    """What follows the end of a tar archive inside of a compressed stream is read, after large members as well."""
    data = bz2.compress(tarred() + b"\0" * 50_000 + TEXT)
    assert any(TEXT in member.data for member in archive.members(data, "x.tar.bz2"))


def test_contents_are_not_read_twice():
    """What is stored as it is belongs to its member alone."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as made:
        made.writestr("a", TEXT)
    assert sum(TEXT in member.data for member in archive.members(out.getvalue(), "x")) == 1
    assert sum(member.data == b"x" for member in archive.members(tarred(), "x")) == 1


def test_a_member_that_the_directory_does_not_list_is_named():
    """Its local header stands in the bytes between the others."""
    hidden = zipped({"h": TEXT})
    data = hidden[: hidden.index(b"PK\x01\x02")] + PLAIN
    assert archive_rest.UNLISTED in [member.reason for member in archive.members(data, "x")]
    nested = zipped({"b.zip": PLAIN, "c": b"x PK\x03\x04"})
    assert not [member for member in archive.members(nested, "x") if member.reason]
