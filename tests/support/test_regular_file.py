"""Regular files are read as they are; nothing else is waited for."""

from __future__ import annotations

import os
import socket

import pytest

from keyscan.support.regular_file import NotRegularError, open_regular, read_regular


def test_a_file_is_read_as_it_is(tmp_path):
    """Line ends and the character that ends a text on Windows included; no more bytes than are asked for."""
    file = tmp_path / "file"
    file.write_bytes(b"a\r\nb\x1ac\n")
    assert read_regular(file, 100) == b"a\r\nb\x1ac\n"
    assert read_regular(str(file), 3) == b"a\r\n"
    with open_regular(os.fspath(file)) as handle:
        assert handle.read() == file.read_bytes()


@pytest.mark.skipif(os.name == "nt", reason="no pipes and sockets among files")
@pytest.mark.timeout(120)
def test_what_is_no_file_is_named_and_not_waited_for(tmp_path, monkeypatch):
    """A pipe, a directory and a socket; the error says what is wrong, and no descriptor stays open."""
    monkeypatch.chdir(tmp_path)
    os.mkfifo("pipe")
    (tmp_path / "directory").mkdir()
    before = len(os.listdir("/dev/fd"))
    for name in ("pipe", "directory"):
        with pytest.raises(NotRegularError, match="not a regular file") as caught:
            read_regular(name, 10)
        assert (caught.value.strerror, caught.value.filename) == ("not a regular file", name)
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket")
        with pytest.raises(OSError, match="socket"):
            read_regular("socket", 10)
    assert len(os.listdir("/dev/fd")) == before


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege")
def test_links_are_followed_only_where_asked_for(tmp_path):
    """A link to a file is read, or is an error."""
    (tmp_path / "file").write_bytes(b"x")
    link = tmp_path / "link"
    link.symlink_to("file")
    assert read_regular(link, 10) == b"x"
    with pytest.raises(OSError, match="link"):
        read_regular(link, 10, follow=False)


def test_a_missing_file_is_the_systems_own_error(tmp_path):
    """So that callers tell what is missing from what cannot be read."""
    with pytest.raises(FileNotFoundError):
        read_regular(tmp_path / "none", 10)
