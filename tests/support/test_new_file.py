"""Files that are replaced in one step: the old one or the new one, whatever happens, and nothing beside it."""

from __future__ import annotations

import os
from contextlib import suppress

import pytest

from keyscan.support import new_file
from keyscan.support.new_file import NewFile


@pytest.fixture(params=["without a name", "with a name"])
def directory(request, tmp_path, monkeypatch):
    """A directory, with files that have no name until they are put in place, or that have one."""
    if request.param == "with a name":
        monkeypatch.setattr(new_file, "_OPEN_FILES", str(tmp_path / "nowhere"))
    elif not os.path.isdir(new_file._OPEN_FILES):
        pytest.skip("no such files here")
    made = tmp_path / "files"
    made.mkdir()
    return made


def test_it_replaces(directory):
    """A file that is there, and one that is not; only the owner may read it."""
    for _ in range(2):
        with NewFile(directory / "a") as new:
            new.stream.write(b"new")
            new.replace()
        assert (directory / "a").read_bytes() == b"new"
        assert os.listdir(directory) == ["a"]
    if os.name == "posix":
        assert (directory / "a").stat().st_mode & 0o777 == 0o600


def test_it_is_dropped(directory):
    """Without `replace`, and when something is raised: the old contents stay, and nothing is beside them."""
    (directory / "a").write_bytes(b"old")
    with NewFile(directory / "a") as new:
        new.stream.write(b"new")
    with suppress(RuntimeError), NewFile(directory / "a") as new:
        new.stream.write(b"new")
        raise RuntimeError
    assert (directory / "a").read_bytes() == b"old"
    assert os.listdir(directory) == ["a"]


def test_it_is_created_once(directory):
    """`create` takes no file's place."""
    with NewFile(directory / "a") as new:
        new.stream.write(b"first")
        new.create()
    with NewFile(directory / "a") as new:
        new.stream.write(b"second")
        with pytest.raises(FileExistsError):
            new.create()
    assert (directory / "a").read_bytes() == b"first"
    assert os.listdir(directory) == ["a"]


def test_what_takes_a_path_reaches_it(directory):
    """Its mode can be set before it has its name."""
    with NewFile(directory / "a") as new:
        os.chmod(new.path, 0o640)
        new.replace()
    assert os.name == "nt" or (directory / "a").stat().st_mode & 0o777 == 0o640


@pytest.mark.skipif(os.name != "posix", reason="odd bytes in names")
def test_odd_names(directory):
    """Names that are no text, and bytes."""
    for name in ("\udcff\n", "-", "a" * 240):
        with NewFile(directory / name) as new:
            new.replace()
        with NewFile(directory / name) as new:
            new.replace()
    assert len(os.listdir(directory)) == 3


def test_without_a_directory(directory):
    """An OSError, as for any file that cannot be written."""
    with pytest.raises(OSError, match="No such file"):
        NewFile(directory / "no" / "a")


@pytest.mark.skipif(not hasattr(os, "O_TMPFILE"), reason="Linux alone has such files")
def test_a_file_system_that_has_no_such_files(directory, monkeypatch):
    """A named file is used there."""
    opened = os.open

    def refused(path, flags, *rest, **named):
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(95, "Operation not supported")
        return opened(path, flags, *rest, **named)

    monkeypatch.setattr(os, "open", refused)
    with NewFile(directory / "a") as new:
        assert os.path.dirname(new.path) == str(directory)
        new.replace()
    monkeypatch.undo()
    assert os.listdir(directory) == ["a"]
