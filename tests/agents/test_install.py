"""Hooks go into agents' own configuration and out again, and nothing else changes."""

from __future__ import annotations

import json
import stat
import sys
from pathlib import Path

import pytest

from keyscan.agents import config_files, entries, install, journal, status, targets
from keyscan.errors import ConfigError

CALLER = entries.Caller(sys.executable, "-P")
ALL = list(targets.TARGETS)
SETTINGS = """{
  // what I like
  "model": "opus",
  "hooks": {
    "PreToolUse": [
      {"matcher": "Bash", "hooks": [{"type": "command", "command": "mine"}]}
    ]
  }
}
"""


def place(agent):
    """Where an agent's hooks are in the test's home."""
    return targets.place(targets.target(agent), None)


def files(root):
    """All files below a directory with their contents, but for what is cached."""
    return {file: file.read_bytes() for file in sorted(Path(root).rglob("*")) if file.is_file()}


@pytest.mark.parametrize("agent", ALL)
def test_an_install_is_complete_idempotent_and_undone(agent):
    """After an install every event is hooked; a second changes nothing; an uninstall leaves nothing behind."""
    where = place(agent)
    assert install.install(where, CALLER)
    assert install.missing_events(where, CALLER.command(agent)) == []
    before = files(Path.home())
    assert install.install(where, CALLER) == []
    assert files(Path.home()) == before
    install.uninstall(where)
    assert not files(Path.home())


@pytest.mark.parametrize("agent", ALL)
def test_another_interpreter_replaces_the_entry(agent):
    """An install from elsewhere replaces our entries and adds none."""
    where = place(agent)
    install.install(where, entries.Caller("/opt/old/python", "-I"))
    old = b"/opt/old/python"
    install.install(where, CALLER)
    assert not [file for file, data in files(Path.home()).items() if old in data and not str(file).endswith("keyscan")]
    assert install.missing_events(where, CALLER.command(agent)) == []


def test_what_is_there_stays():
    """Comments, order and other hooks stay; the backup is the file as it was, and goes with the hooks."""
    file = Path.home() / ".claude/settings.json"
    file.parent.mkdir()
    file.write_text(SETTINGS)
    file.chmod(0o600)
    where = place("claude-code")
    install.install(where, CALLER)
    made = file.read_text()
    assert made.startswith(SETTINGS[: SETTINGS.index('"command": "mine"')])
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    backup = file.with_name(file.name + config_files.BACKUP)
    assert backup.read_text() == SETTINGS
    assert stat.S_IMODE(backup.stat().st_mode) == 0o600
    install.uninstall(where)
    assert file.read_text() == SETTINGS
    assert not backup.exists()


@pytest.mark.parametrize("text", ["{", '{"hooks": 7}', "[]", "\x00", '{"hooks": {"PreToolUse": {}}}'])
def test_a_broken_file_is_refused_and_left(text):
    """A file that is not valid, or of another shape, is an error that names it, and keeps every byte."""
    file = Path.home() / ".claude/settings.json"
    file.parent.mkdir()
    file.write_text(text)
    with pytest.raises(ConfigError, match=r"settings\.json"):
        install.install(place("claude-code"), CALLER)
    assert file.read_text() == text


def test_a_hook_of_ones_own_is_not_overwritten():
    """Cline has one program an event: one that is there already is left, and named."""
    file = Path.home() / ".cline/hooks/PreToolUse"
    file.parent.mkdir(parents=True)
    file.write_text("#!/bin/sh\nexit 0\n")
    with pytest.raises(ConfigError, match="hook of your own"):
        install.install(place("cline"), CALLER)
    assert file.read_text() == "#!/bin/sh\nexit 0\n"


def test_a_shell_prefix_of_ones_own_stays():
    """Claude Code's own setting for running commands is left when it is somebody else's, and status says so."""
    file = Path.home() / ".claude/settings.json"
    file.parent.mkdir()
    file.write_text('{"env": {"CLAUDE_CODE_SHELL_PREFIX": "/usr/bin/mine"}}')
    where = place("claude-code")
    install.install(where, CALLER)
    assert install.prefix_in(where) == "/usr/bin/mine"
    made = {one.name: one for one in status.checks(where, CALLER, journal.Journal(Path("x"), "claude-code"), Path())}
    assert made["commands"].ok is False
    install.uninstall(where)
    assert json.loads(file.read_text()) == {"env": {"CLAUDE_CODE_SHELL_PREFIX": "/usr/bin/mine"}}
