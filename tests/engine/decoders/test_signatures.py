"""How files begin that hold other texts."""

from __future__ import annotations

import io
import tarfile
import zipfile

from keyscan.engine.decoders import signatures


def test_tar_and_zip_behind_a_program():
    """A tar is known by its header's name, a zip with a program before it by its end."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w") as archive:
        archive.addfile(tarfile.TarInfo("a"))
    assert signatures.enclosed(out.getvalue()) == "tar"
    out = io.BytesIO(b"#!/bin/sh\nexit 0\n")
    out.seek(0, io.SEEK_END)
    with zipfile.ZipFile(out, "a") as archive:
        archive.writestr("a", "b")
    assert signatures.enclosed(out.getvalue()) == "zip"


def test_text_encloses_nothing():
    """Neither short nor long text is an archive."""
    assert signatures.enclosed(b"") == ""
    assert signatures.enclosed(b"ustar\n" * 100) == ""


def test_no_signature_begins_another():
    """The first bytes tell each kind from every other."""
    for one in signatures.ARCHIVES:
        assert [other for other in signatures.ARCHIVES if other != one and other.startswith(one)] == []
