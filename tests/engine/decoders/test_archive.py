"""Archives: what is inside is scanned under its own name, and nothing hostile gets further than its reason."""

from __future__ import annotations

import bz2
import gzip
import io
import json
import lzma
import tarfile
import zipfile
import zlib

import pytest
from helpers.tokens import token
from hypothesis import given, settings
from hypothesis import strategies as st

from keyscan.engine.decoders import archive

KEY = token("sk-ant-api03-{b64url:93}AA", "archive")
ENV = f"# settings\nANTHROPIC_API_KEY={KEY}\n"
PLACE = (2, 19)


def zipped(**members):
    """A zip file of these names (with `__` for `/`) and contents."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as made:
        for name, text in members.items():
            made.writestr(name.replace("__", "/"), text)
    return out.getvalue()


def tarred(mode="w", **members):
    """A tar file, compressed as `mode` says."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode=mode) as made:
        for name, text in members.items():
            raw = text.encode() if isinstance(text, str) else text
            info = tarfile.TarInfo(name.replace("__", "/"))
            info.size = len(raw)
            made.addfile(info, io.BytesIO(raw))
    return out.getvalue()


def scanned(run, directory, data, name="a.zip"):
    """The JSON document of a scan of one file."""
    (directory / name).write_bytes(data)
    return json.loads(run("scan", "-f", "json", name, cwd=directory).out)


def places(document):
    """(path, line, column) of every finding."""
    return [(one["path"], one["line"], one["column"]) for one in document["findings"]]


def reasons(data, **bounds):
    """Name and reason of everything in an archive that is not read."""
    found = archive.members(data, "a", archive.Bounds(**bounds))
    return [(member.name, member.reason) for member in found if member.reason]


class TestSilent:
    def test_a_bomb_is_refused_and_said_so(self, run, tmp_path):
        """A megabyte of zeros in a kilobyte is not read."""
        document = scanned(run, tmp_path, zipped(zeros=b"\0" * (1 << 24), env=ENV))
        assert places(document) == [("a.zip!/env", *PLACE)]
        assert [skip["reason"] for skip in document["skipped"]] == ["expands more than 250 times: not read"]

    @pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
    def test_a_compressed_bomb(self, pack):
        """Likewise for a compressed file that is no archive."""
        assert reasons(pack(b"\0" * (1 << 25)), ratio=100) == [("a", "expands more than 100 times: not read")]

    def test_all_bounds(self):
        """Number, size in total, size of one and depth each end in a reason."""
        many = zipped(**{f"f{number}": "x" for number in range(20)})
        assert reasons(many, members=12) == [("a", "more than 12 members: the rest is not read")]
        assert reasons(many, members=5) == [("a", "more than 5 members: not opened")]
        big = zipped(one=bytes(range(256)) * 8192, two=bytes(range(256)) * 8192)
        assert reasons(big, total=3 << 20, ratio=10_000) == [("a", "more than 3 MB in it: the rest is not read")]
        assert reasons(big, member=1 << 20, ratio=10_000) == [
            ("a!/one", "larger than 1 MB: not read"),
            ("a!/two", "larger than 1 MB: not read"),
        ]
        deep = zipped(c=zipped(b=zipped(a="x")))
        assert reasons(deep, depth=2) == [("a!/c!/b", "an archive inside 2 others: not opened")]
        assert reasons(deep, depth=3) == []

    def test_many_troubles_are_counted(self):
        """A thousand broken members do not fill the report."""
        data = bytearray(zipped(**{f"f{number}": "text " * 30 for number in range(50)}))
        for at in range(len(data) - 30):
            if data[at : at + 4] == b"PK\x01\x02":
                data[at + 8] |= 1
        found = reasons(bytes(data))
        assert len(found) == 21
        assert found[0] == ("a!/f0", "encrypted: not read")
        assert found[-1] == ("a", "30 more members were not read")

    @settings(max_examples=60, deadline=None)
    @given(st.sampled_from(["zip", "tar", "gz", "xz"]), st.integers(0, 600), st.binary(max_size=4), st.integers(0, 400))
    def test_no_damage_raises(self, what, at, change, cut):
        """Whatever is overwritten or cut off, members are given or a reason is."""
        made = {"zip": zipped(env=ENV, b="x" * 300), "tar": tarred(env=ENV), "gz": tarred("w:gz", env=ENV)}
        data = made.get(what) or lzma.compress(ENV.encode())
        data = data[:at] + change + data[at + len(change) : max(at, len(data) - cut)]
        for member in archive.members(data, "a"):
            assert member.name.startswith("a")

    def test_a_broken_archive_is_named_and_read_as_bytes(self, run, tmp_path):
        """A zip with no directory is told, and what stands in it in plain is still found."""
        document = scanned(run, tmp_path, b"PK\x03\x04 no zip at all\n" + ENV.encode())
        assert [path for path, _, _ in places(document)] == ["a.zip"]
        assert [skip["reason"] for skip in document["skipped"]] == [
            "broken archive: BadZipFile: File is not a zip file"
        ]

    def test_kinds_that_are_not_opened(self):
        """7z, rar and zstd are named."""
        for magic, name in ((b"7z\xbc\xaf\x27\x1c", "7z"), (b"Rar!\x1a\x07\x00", "rar"), (b"\x28\xb5\x2f\xfd", "zstd")):
            assert reasons(magic + b"x" * 40) == [("a", f"{name} archive: not opened")]


class TestFound:
    @pytest.mark.parametrize(
        ("name", "data"),
        [
            ("a.zip", zipped(conf__dot_env=ENV)),
            ("a.jar", zipped(conf__dot_env=ENV)),
            ("a.tar", tarred(conf__dot_env=ENV)),
            ("a.tar.gz", tarred("w:gz", conf__dot_env=ENV)),
            ("a.tgz", tarred("w:gz", conf__dot_env=ENV)),
            ("a.tar.xz", tarred("w:xz", conf__dot_env=ENV)),
            ("a.tar.bz2", tarred("w:bz2", conf__dot_env=ENV)),
            ("a.tar.lzma", lzma.compress(tarred(conf__dot_env=ENV), lzma.FORMAT_ALONE)),
            ("a.tar.zlib", zlib.compress(tarred(conf__dot_env=ENV))),
            ("a.pyz", b"#!/usr/bin/env python\n" + zipped(conf__dot_env=ENV)),
        ],
    )
    def test_a_file_inside(self, run, tmp_path, name, data):
        """A secret in a member is reported at its place in the member."""
        assert places(scanned(run, tmp_path, data, name)) == [(f"{name}!/conf/dot_env", *PLACE)]

    def test_one_compressed_file(self, run, tmp_path):
        """What is compressed alone is named without its ending."""
        assert places(scanned(run, tmp_path, gzip.compress(ENV.encode()), "x.env.gz")) == [("x.env.gz!/x.env", *PLACE)]

    def test_archives_in_archives(self, run, tmp_path):
        """Each name leads one archive further in."""
        inner = zipped(env=ENV)
        data = zipped(**{"inner.tar.gz": tarred("w:gz", **{"x.zip": inner})})
        assert places(scanned(run, tmp_path, data)) == [("a.zip!/inner.tar.gz!/x.zip!/env", *PLACE)]

    def test_a_document(self, run, tmp_path):
        """Text in the XML of a docx."""
        data = zipped(word__document=f"<w:t>{KEY}</w:t>")
        assert places(scanned(run, tmp_path, data, "a.docx")) == [("a.docx!/word/document", 1, 6)]

    def test_a_document_in_runs(self, run, tmp_path):
        """A key that the XML cuts where formatting changes."""
        cut = f"<w:r><w:t>{KEY[:30]}</w:t></w:r><w:r><w:rPr><w:b/></w:rPr><w:t>{KEY[30:]}</w:t></w:r>"
        data = zipped(**{"word__document.xml": cut})
        assert places(scanned(run, tmp_path, data, "a.docx")) == [("a.docx!/word/document.xml", 1, 11)]

    def test_a_hostile_name_acts_on_nothing(self, run, tmp_path):
        """A name that climbs up or holds control characters is shown clean and written nowhere."""
        data = zipped(**{"../../up\x1b[2Jname\n": ENV})
        (tmp_path / "a.zip").write_bytes(data)
        result = run("scan", "a.zip", cwd=tmp_path)
        assert result.code == 1
        assert "\x1b" not in result.out
        assert [p.name for p in (*tmp_path.iterdir(), *tmp_path.parent.iterdir()) if "\x1b" in p.name] == []

    def test_staged_and_in_history(self, repo, run):
        """The hook and the audit look inside too, and name the commit and the member."""
        repo.stage("x.zip", zipped(env=ENV))
        staged = json.loads(run("staged", "-f", "json", cwd=repo.path).out)
        assert places(staged) == [("x.zip!/env", *PLACE)]
        commit = repo.commit()
        repo.git("rm", "-q", "x.zip")
        repo.commit()
        found = json.loads(run("history", "-f", "json", cwd=repo.path).out)
        assert places(found) == [("x.zip!/env", *PLACE)]
        assert found["findings"][0]["commit"] == commit
        ranged = json.loads(run("history", "-f", "json", "--range", commit, cwd=repo.path).out)
        assert places(ranged) == [("x.zip!/env", *PLACE)]
