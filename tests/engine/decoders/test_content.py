"""What the bytes of a file are: an archive, a notebook, another encoding, or plain text."""

from __future__ import annotations

import io
import json
import random
import zipfile
import zlib

import pytest

from keyscan.engine.decoders import content, signatures

NOTEBOOK = json.dumps({"cells": [{"cell_type": "code", "source": ["x = 1"]}], "nbformat": 4}).encode()


def zipped() -> bytes:
    """An archive of one file."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("inner.txt", "text")
    return out.getvalue()


@pytest.mark.parametrize("data", [b"", b"x = 1\n", b'{"a": 1}', b"BZ is a word", b"Rare", "größer".encode()])
def test_plain_text(data):
    """Ordinary text is scanned as it stands, not copied."""
    assert content.is_plain(data)
    assert content.content_of(data).data is data


@pytest.mark.parametrize(
    "data",
    ["x".encode("utf-16"), "abcd".encode("utf-16-le"), NOTEBOOK, zipped(), b"\x1f\x8b\x08\0"],
    ids=["utf-16", "utf-16-le", "notebook", "zip", "gzip"],
)
def test_what_is_not_plain(data):
    """Other encodings, notebooks and archives are looked at more closely."""
    assert not content.is_plain(data)


def test_a_notebook_knows_its_cells():
    """Offsets within a cell have its number, from 1."""
    made = content.content_of(NOTEBOOK)
    assert made.cell(NOTEBOOK.index(b"x = 1")) == 1
    assert content.content_of(b'{"a": 1}').cell is None


def test_the_texts_of_an_archive_and_of_a_file():
    """A file is one text, an archive one for each member, named by both, and what it holds beside them."""
    assert [(name, made.data, reason) for name, made, reason in content.texts(b"x", "a.txt")] == [("a.txt", b"x", "")]
    member, rest = ((name, made.data) for name, made, _ in content.texts(zipped(), "a.zip"))
    assert member == ("a.zip!/inner.txt", b"text")
    assert (rest[0], b"inner.txt" in rest[1]) == ("a.zip", True)


def test_a_broken_archive_is_read_as_bytes_and_said():
    """What only begins like an archive is a reason, and its bytes are scanned all the same."""
    found = [(name, made.data, bool(reason)) for name, made, reason in content.texts(zipped()[:40], "a.zip")]
    assert ("a.zip", zipped()[:40], False) in found
    assert any(reason for _, _, reason in found)


@pytest.mark.parametrize("magic", [*signatures.CLOSED, *signatures.LFS_POINTERS], ids=repr)
def test_what_is_not_opened_is_named_and_its_bytes_are_read(magic):
    """Every archive that is known but not opened, and every form of a Git LFS pointer; the fast path leaves both."""
    data = magic + b" further text"
    found = list(content.texts(data, "x"))
    assert any(reason for _, _, reason in found)
    assert any(made.data == data for _, made, _ in found)
    assert not content.is_plain(data)
    assert data.startswith((*signatures.ARCHIVES, *signatures.LFS_POINTERS))


@pytest.mark.parametrize("data", [b"koly".join((b"x" * 600, b"\0" * 508)), b"ORC text ORC\x17", b"\x22\0-lh5-text"])
def test_what_its_end_or_middle_tells_is_named_too(data):
    """A disk image, an ORC file and an lha archive are named like those that their first bytes tell."""
    assert not content.is_plain(data)
    assert [reason[-11:] for _, _, reason in content.texts(data, "x") if reason] == [" not opened"]
    assert any(made.data == data for _, made, _ in content.texts(data, "x"))


@pytest.mark.parametrize(
    ("at", "magic"),
    [
        (1024, b"\xe2\xe1\xf5\xe0"),
        (0x10040, b"_BHRfS_M"),
        (3, b"-FVE-FS-"),
        (8, b"DUCK"),
        (60, b"BOOKMOBI"),
        (7, b"**ACE**"),
        (2000, b"\x57\xfb\x80\x8b\x24\x75\x47\xdb"),
    ],
    ids=repr,
)
def test_formats_told_by_bytes_elsewhere(at, magic):
    """Images and databases whose first bytes tell nothing are named, and their bytes are read."""
    data = bytes(at) + magic + bytes(3000 if at != 2000 else 0)
    assert [reason[-11:] for _, _, reason in content.texts(data, "x") if reason] == [" not opened"]
    assert any(made.data == data for _, made, _ in content.texts(data, "x"))
    assert not content.is_plain(data)


def test_a_matlab_file_and_an_encrypted_table():
    """Two marks together tell them; either mark alone is nothing."""
    matlab = b"MATLAB 5.0 MAT-file, Platform: x".ljust(124) + b"\0\1IM" + bytes(50)
    table = b"PARE" + bytes(50) + b"PARE"
    for data, whole in ((matlab, True), (table, True), (b"PARENT\0 of it", False), (bytes(126) + b"IM", False)):
        assert any(reason for _, _, reason in content.texts(data, "x")) == whole


@pytest.mark.parametrize("ending", [".br", ".BR", ".gpg", ".enc", ".snappy"])
def test_formats_that_only_the_name_tells(ending):
    """What no text is under such a name is named, alone and in an archive; text under it is text."""
    data = random.Random(3).randbytes(300)  # noqa: S311
    assert any("not opened" in reason for _, _, reason in content.texts(data, "a/app.js" + ending))
    assert not any(reason for _, _, reason in content.texts(data, "a/app.js"))
    assert not any(reason for _, _, reason in content.texts("größer".encode() * 20, "a/app.js" + ending))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("x" + ending, data)
    named = [name for name, _, reason in content.texts(out.getvalue(), "a.zip") if "not opened" in reason]
    assert named == ["a.zip!/x" + ending]


@pytest.mark.parametrize("size", [30, 200, 5000, 200_000])
def test_a_stream_of_deflate_without_a_header_is_read(size):
    """Its text is a member; random bytes and text in other encodings are none, and cost next to nothing."""
    text = b"".join(b"line %d of it\n" % number for number in range(size // 10))
    packer = zlib.compressobj(wbits=-15)
    data = packer.compress(text) + packer.flush()
    assert not content.is_plain(data)
    assert text in [made.data for _, made, _ in content.texts(data, "x")]
    source = random.Random(size)  # noqa: S311
    for other in (source.randbytes(size), "für größere Häuser ".encode("latin-1") * size, "密钥".encode("gbk") * size):
        assert [(made.data, reason) for _, made, reason in content.texts(other, "x")] == [(other, "")]


def test_text_whose_character_the_probe_cuts_is_plain():
    """The bound of the look at the first bytes falls into a character."""
    for before in range(4):
        assert content.is_plain(b"x" * before + "\N{GRINNING FACE}".encode() * 40)


@pytest.mark.parametrize(
    "text",
    [
        "x^2 + y^2 = z^2 is a circle of radius z",
        "]\0\0x",
        "ORC",
        "REDIS is",
        "PARENT",
        "SEQUENCE",
        "MATLAB 5.0",
        "CWS",
        "PAR1=2",
        "ZOO keeper",
        "Objects",
        "]]",
        "LUKS is",
        "-lh",
    ],
)
def test_text_that_begins_like_an_archive_is_text(text):
    """A formula is no stream of zlib, and a word no archive."""
    assert [reason for _, _, reason in content.texts(text.encode(), "x")] == [""]
