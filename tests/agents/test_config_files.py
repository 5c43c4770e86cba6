"""Files of other programs that are edited: read with care, written atomically, kept once as they were."""

from __future__ import annotations

import os
import re
import stat
import sys
from pathlib import Path

import pytest

from keyscan.agents import config_files, entries, install, targets
from keyscan.errors import ConfigError

CALLER = entries.Caller(sys.executable, "-P")


def place(agent):
    """Where an agent's hooks are in the test's home."""
    return targets.place(targets.target(agent), None)


def test_links_and_pipes():
    """A link is followed to its file; where the agent refuses links so do we; a pipe is refused and not waited for."""
    real = Path.home() / "dotfiles/settings.json"
    real.parent.mkdir()
    real.write_text("{}\n")
    for directory, name in ((".gemini", "settings.json"), (".cursor", "hooks.json")):
        (Path.home() / directory).mkdir()
        (Path.home() / directory / name).symlink_to(real)
    install.install(place("gemini-cli"), CALLER)
    assert (Path.home() / ".gemini/settings.json").is_symlink()
    assert entries.SIGN in real.read_text()
    with pytest.raises(ConfigError, match="symbolic link"):
        install.install(place("cursor"), CALLER)
    (Path.home() / ".qwen").mkdir()
    os.mkfifo(Path.home() / ".qwen/settings.json")
    with pytest.raises(ConfigError, match="not a regular file"):
        install.install(place("qwen-code"), CALLER)


def test_what_is_read(tmp_path):
    """Text, nothing, or an error that names the file."""
    file = tmp_path / "a.json"
    assert config_files.read_text(file) is None
    file.write_text("text")
    assert config_files.read_text(file) == "text"
    file.write_bytes(b"ab\xff")
    with pytest.raises(ConfigError, match=r"a\.json: not UTF-8, at byte 2"):
        config_files.read_text(file)
    with pytest.raises(ConfigError, match="not a regular file"):
        config_files.read_text(tmp_path)


def test_the_first_state_is_kept_once(tmp_path):
    """The backup is of before keyscan; what is the same is not written again."""
    file = tmp_path / "deep" / "a.json"
    assert [change.what for change in config_files.written(file, "{}")] == ["made"]
    assert config_files.written(file, "{}") == []
    file.write_text("mine")
    file.chmod(0o600)
    config_files.written(file, "ours" + entries.SIGN)
    config_files.written(file, "ours again" + entries.SIGN)
    backup = file.with_name(file.name + config_files.BACKUP)
    assert backup.read_text() == "mine"
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    assert config_files.removed(file).what == "removed"
    assert config_files.removed(file).what == "removed"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_what_cannot_be_read_may_contain_it(tmp_path):
    """A pipe, a directory and a large file may; a pipe is not waited for. What is not there contains nothing."""
    sign = re.compile(rb"forbidden")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "large").write_bytes(b"x" * ((1 << 20) + 1))
    (tmp_path / "other").write_bytes(b"allow")
    (tmp_path / "rule").write_bytes(b"forbidden")
    expected = {"pipe": True, "large": True, "other": False, "rule": True, "gone": False, "other/below": False}
    assert {name: config_files.may_contain(tmp_path / name, sign) for name in expected} == expected
    assert config_files.may_contain(tmp_path, sign)
