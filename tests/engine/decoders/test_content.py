"""What the bytes of a file are: an archive, a notebook, another encoding, or plain text."""

from __future__ import annotations

import io
import json
import zipfile

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
    "text",
    [
        "x^2 + y^2 = z^2 is a circle of radius z",
        "]\0\0x",
        "ORC",
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
