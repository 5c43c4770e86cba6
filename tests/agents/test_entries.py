"""What is written into an agent's configuration, and how it is known again."""

from __future__ import annotations

import shlex
import subprocess

import pytest

from keyscan.agents import entries, targets
from keyscan.agents.entries import Caller


def test_the_command_line():
    """Options only where they differ from the defaults; the interpreter is one word."""
    caller = Caller("/opt/my python/bin/python", "-I")
    assert shlex.split(caller.command("codex")) == [
        "/opt/my python/bin/python", "-I", "-m", "keyscan", "agent", "hook", "codex",
    ]  # fmt: skip
    other = Caller("p", "-P", "warn", "warn", keep_commands=True)
    assert other.command("codex").endswith("hook codex --mode warn --on-failure warn --keep-commands")
    assert entries.SIGN in other.command("codex")


@pytest.mark.parametrize(
    "agent", [name for name, one in targets.TARGETS.items() if one.shape in {"claude", "flat", "kiro"}]
)
def test_every_shape_is_known_again(agent):
    """An entry of ours in any shape, and no other."""
    target = targets.TARGETS[agent]
    command = Caller("p", "-P").command(agent)
    for hooked in target.events:
        entry = entries.entry_for(target, hooked, command)
        assert entries.is_own(entry)
        assert command in str(entry)
    assert not entries.is_own({"hooks": [{"command": "mine"}]})
    assert not entries.is_own("text" + entries.SIGN)


def test_the_shell_prefix_refuses_when_keyscan_is_gone(tmp_path):
    """A command is not run unfiltered, and it says what to do."""
    script = tmp_path / "prefix"
    script.write_text(entries.shell_prefix(Caller("/nonexistent/python", "-I")))
    done = subprocess.run(["sh", str(script), "echo ran"], capture_output=True, text=True, check=False)
    assert done.returncode == 126
    assert "ran" not in done.stdout
    assert "keyscan agent uninstall claude-code" in done.stderr
