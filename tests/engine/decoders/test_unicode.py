"""Texts in UTF-16 and UTF-32: found where an editor shows them."""

from __future__ import annotations

import json

import pytest
from helpers.tokens import token
from hypothesis import given
from hypothesis import strategies as st

from keyscan.engine.decoders import content as contents
from keyscan.engine.decoders import unicode as utf

KEY = token("sk-ant-api03-{b64url:93}AA", "contents")


SOURCE = f"# größer\nkey = '{KEY}'\n"


MARKS = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff", "utf-32-le": b"\xff\xfe\0\0", "utf-32-be": b"\0\0\xfe\xff"}


def scanned(run, directory, data, name="a.py", *options):
    """The JSON document of a scan of one file."""
    (directory / name).write_bytes(data)
    return json.loads(run("scan", "-f", "json", *options, name, cwd=directory).out)


def places(document):
    """(line, column, end column) of every finding."""
    return [(one["line"], one["column"], one["end_column"]) for one in document["findings"]]


class TestEncodings:
    @pytest.mark.parametrize(
        "data",
        [
            b"",
            b"\0",
            b"\xff\xfe",
            b"\0\0\0\0",
            bytes(range(256)) * 40,
            b"\x7fELF\x02\x01\x01" + b"\0" * 500,
            b"a\0" * 1,
        ],
    )
    def test_binary_is_no_text(self, data):
        """Binary data with zeros is scanned as it is, and never fails."""
        assert utf.text_of(data).stored in {"", "UTF-16"}
        assert utf.text_of(data + b"\x01\x02\x03").data is not None

    def test_plain_text_is_not_copied(self):
        """Ordinary text passes untouched."""
        data = SOURCE.encode()
        assert contents.is_plain(data)
        assert contents.content_of(data).data is data

    @pytest.mark.parametrize("mark", [True, False])
    @pytest.mark.parametrize("encoding", MARKS)
    def test_places_are_those_of_an_editor(self, run, tmp_path, encoding, mark):
        """With a byte order mark and without, line and column count characters."""
        data = (MARKS[encoding] if mark else b"") + SOURCE.encode(encoding)
        document = scanned(run, tmp_path, data)
        assert places(document) == [(2, 8, 8 + len(KEY))]
        plain = scanned(run, tmp_path, SOURCE.encode(), "b.py")
        assert document["findings"][0]["fingerprint"] == plain["findings"][0]["fingerprint"]

    def test_windows_line_ends_and_odd_bytes(self, run, tmp_path):
        """CRLF, a lone surrogate and a cut last character do no harm."""
        data = b"\xff\xfe" + SOURCE.replace("\n", "\r\n").encode("utf-16-le") + b"\x00\xd8" + b"x"
        assert places(scanned(run, tmp_path, data)) == [(2, 8, 8 + len(KEY))]

    def test_a_mark_takes_no_column(self, run, tmp_path):
        """The byte order mark of UTF-8 is no character."""
        assert places(scanned(run, tmp_path, b"\xef\xbb\xbf" + KEY.encode())) == [(1, 1, 1 + len(KEY))]

    def test_line_hashes_see_the_text(self, run, tmp_path):
        """GitHub's line hash is that of the text, however it is stored."""

        def line_hash(data):
            (tmp_path / "a.py").write_bytes(data)
            sarif = json.loads(run("scan", "-f", "sarif", "a.py", cwd=tmp_path).out)
            return sarif["runs"][0]["results"][0]["partialFingerprints"]["primaryLocationLineHash"]

        assert line_hash(SOURCE.encode()) == line_hash(SOURCE.encode("utf-16"))

    @pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le"])
    def test_staged_and_in_history(self, repo, run, encoding):
        """The hook and the audit read the same text."""
        repo.stage("a.ps1", SOURCE.encode(encoding))
        assert places(json.loads(run("staged", "-f", "json", cwd=repo.path).out)) == [(2, 8, 8 + len(KEY))]
        repo.commit()
        assert places(json.loads(run("history", "-f", "json", cwd=repo.path).out)) == [(2, 8, 8 + len(KEY))]

    @given(st.text(alphabet=st.characters(codec="utf-8"), min_size=0, max_size=200))
    def test_nothing_is_lost(self, text):
        """With a byte order mark every text comes out as it went in."""
        text = text.removeprefix("\ufeff")
        assert (
            utf.text_of(b"\xff\xfe" + text.encode("utf-16-le", "surrogatepass")).data == text.encode()
            or text[:1] == "\0"
        )


@pytest.mark.parametrize("encoding", MARKS)
def test_encodings_are_known_by_mark_and_by_zeros(encoding):
    """With its mark, and without one by where the zeros stand."""
    text = "key = value\n" * 5
    assert utf.encoding_of(MARKS[encoding] + text.encode(encoding)) == encoding
    assert utf.encoding_of(text.encode(encoding)) == encoding
    assert utf.text_of(MARKS[encoding] + text.encode(encoding)) == (text.encode(), encoding[:6].upper())


@pytest.mark.parametrize("data", [b"", b"\0", b"plain", b"\0\0\0\0", b"a\0b", bytes(range(256))])
def test_what_has_no_encoding(data):
    """Too short, without zeros, or zeros anywhere: none is guessed."""
    assert utf.encoding_of(data) == ""


def test_a_false_mark_is_not_believed():
    """Single bytes of text behind the mark of UTF-16 are text, and nothing of it is lost."""
    data = b"\xff\xfekey = value and more of it"
    assert utf.text_of(data) == (data, "")


@pytest.mark.parametrize("shift", [0, 1])
def test_a_last_character_that_is_cut(shift):
    """UTF-16 whose pairs are off by one byte loses no character at its end."""
    data = b"\1" * shift + f"key = {KEY}".encode("utf-16-be")
    assert KEY.encode() in utf.text_of(data).data
    assert KEY.encode() in utf.text_of(f"\ufeffkey = {KEY}".encode("utf-16-le")[:-1]).data
