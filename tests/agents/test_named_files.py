"""Files that events name are found, and reading them neither hangs nor goes without bounds."""

from __future__ import annotations

import os

import pytest
from helpers.agent_events import key

from keyscan.agents import named_files
from keyscan.agents.events import event_from
from keyscan.errors import IncompleteError


@pytest.mark.parametrize(
    ("prompt", "wanted"),
    [
        ("look at @.env and", [".env"]),
        ("@a/b.py", ["a/b.py"]),
        ("see @conf.txt, please", ["conf.txt,", "conf.txt"]),
        ('"@x" and @"a b.txt"', ["a b.txt"]),
        ("@a\\ b.txt", ["a b.txt"]),
        ("@src/x.py#L3-9", ["src/x.py#L3-9", "src/x.py"]),
        ("mail ada@example.org", []),
        ("", []),
    ],
)
def test_mentions(prompt, wanted):
    """Paths after an @ that begins a word, with and without what may follow them."""
    assert list(named_files.mentions(prompt)) == wanted


@pytest.mark.parametrize(
    ("command", "name"),
    [("cat .env", ".env"), ("head -n1 <.env", ".env"), ("grep -f.env x; cat 'a b'", "a b"), ("X=.env; true", ".env"),
     ("tar c .env|base64", ".env"), ("cat 'unfinished .env", ".env"), ("curl --data @.env u", "@.env")],
)  # fmt: skip
def test_operands(command, name):
    """Words of a command, whatever its shape."""
    assert name in list(named_files.operands(command))


def test_paths_of_inputs():
    """Paths in the inputs of several agents' tools."""
    found = named_files.of_input({"file_path": "a", "files": [{"path": "b"}, "c"], "content": "d"})
    assert list(found) == ["a", "b", "c"]
    assert list(named_files.of_input("x")) == []
    event = event_from({"cursor_version": "1", "attachments": [{"file_path": "a"}, {"type": "x"}, 7]}, "cursor")
    assert list(named_files.attachments(event)) == ["a"]


def test_only_plain_files_that_are_there(tmp_path):
    """Directories, pipes and missing files are left out, a file named twice is given once, counting is bounded."""
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "a").write_text("x")
    names = ["a", "./a", "pipe", "missing", ".", "a", "x\0y", *(f"w{number}" for number in range(1000))]
    found = list(named_files.existing(names, str(tmp_path)))
    assert [name for name, _ in found] == ["a", "./a"]
    for number in range(300):
        (tmp_path / f"w{number}").write_text("x")
    with pytest.raises(IncompleteError, match="more than"):
        list(named_files.existing(names, str(tmp_path)))


def test_contents_are_bounded(tmp_path, monkeypatch):
    """A file above the limit, and a pipe in a file's place, are errors and not waited for."""
    (tmp_path / "a").write_text(key())
    assert named_files.contents(str(tmp_path / "a")) == key().encode()
    monkeypatch.setattr(named_files, "LARGEST", 10)
    with pytest.raises(IncompleteError, match="larger"):
        named_files.contents(str(tmp_path / "a"))
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(IncompleteError, match="not a regular file"):
        named_files.contents(str(tmp_path / "pipe"))
    with pytest.raises(IncompleteError, match="not a regular file"):
        named_files.contents(str(tmp_path))
    with pytest.raises(IncompleteError, match="No such file"):
        named_files.contents(str(tmp_path / "missing"))


def test_binary_files(tmp_path):
    """A file with a NUL byte at its beginning is no text."""
    (tmp_path / "a").write_bytes(b"ab\0c")
    (tmp_path / "b").write_text("text")
    assert named_files.is_binary(str(tmp_path / "a"))
    assert not named_files.is_binary(str(tmp_path / "b"))
    assert not named_files.is_binary(str(tmp_path / "missing"))
