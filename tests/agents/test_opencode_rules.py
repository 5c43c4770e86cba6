"""opencode's commands are rewritten only where nothing that it reads names permissions."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from helpers.agent_events import key

from keyscan.agents import opencode_rules
from keyscan.catalog import agent_events


def test_nothing_is_configured(tmp_path):
    """A configuration of other things does not count."""
    (tmp_path / "opencode.json").write_text('{"model": "x"}')
    assert opencode_rules.none_decide(str(tmp_path), {})


@pytest.mark.parametrize(
    "name",
    [
        "project/opencode.json",
        "project/.opencode/opencode.jsonc",
        "project/.opencode/agent/build.md",
        "opencode.json",
        "home/.config/opencode/opencode.json",
        "home/.config/opencode/agents/review.md",
        "moved/opencode.json",
        "given.json",
    ],
)
def test_permissions_are_found_wherever_opencode_reads_them(tmp_path, monkeypatch, name):
    """Here, above, in the user's own directory, where a variable leads, in an agent's description."""
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    variables = {"OPENCODE_CONFIG": str(tmp_path / "given.json"), "OPENCODE_CONFIG_DIR": str(tmp_path / "moved")}
    inner = tmp_path / "project" / "src"
    inner.mkdir(parents=True)
    assert opencode_rules.none_decide(str(inner), variables)
    file = tmp_path / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text('{"permission": {"bash": {"rm *": "deny"}}}')
    assert not opencode_rules.none_decide(str(inner), variables)


@pytest.mark.parametrize("name", ["OPENCODE_PERMISSION", "OPENCODE_CONFIG_CONTENT"])
def test_permissions_in_the_environment(tmp_path, name):
    """A variable names them too."""
    assert not opencode_rules.none_decide(str(tmp_path), {name: '{"permission": {"bash": "ask"}}'})


def test_a_file_that_cannot_be_read_might_name_some(tmp_path):
    """A directory in its place, or one that is too large."""
    (tmp_path / "opencode.json").mkdir()
    assert not opencode_rules.none_decide(str(tmp_path), {})


@pytest.mark.skipif(os.name == "nt", reason="POSIX shells")
@pytest.mark.parametrize("shell", ["sh", "bash", "dash", "zsh"])
@pytest.mark.parametrize(
    ("command", "shown", "status"),
    [
        ("cat conf.txt; exit 3", "[keyscan:", 3),
        ("cat conf.txt >&2", "[keyscan:", 0),
        ("cat <<EOF\nbody\nEOF", "body\n", 0),
        ("echo x # comment", "x\n", 0),
        ("false", "", 1),
    ],
)
def test_a_piped_command(tmp_path, shell, command, shown, status):
    """Its output comes filtered, both streams, with its own exit status; here-documents and comments stay whole."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not here")
    secret = key()
    (tmp_path / "conf.txt").write_text(f"OPENAI_API_KEY={secret}\n")
    flags = "-P" if sys.version_info >= (3, 11) else "-I"
    made = agent_events.piped_input({"command": command}, sys.executable, flags)["command"]
    assert agent_events.piped_input({"command": made}, sys.executable, flags) is None
    done = subprocess.run([shell, "-c", made], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    assert shown in done.stdout
    assert secret not in done.stdout + done.stderr


def test_the_hook_pipes_commands(spawn, tmp_path):
    """The answer before a shell tool holds the piped command; with permissions or --keep-commands there is none."""
    event = {
        "event": "tool.execute.before",
        "input": {"tool": "bash"},
        "output": {"args": {"command": "ls", "description": "x"}},
        "cwd": str(tmp_path),
    }
    raw = json.dumps(event).encode()
    argv = ["agent", "hook", "opencode"]
    made = json.loads(spawn(argv, stdin=raw).out)["replace"]
    assert agent_events.PIPED in made["command"]
    assert made["description"] == "x"
    assert spawn([*argv, "--keep-commands"], stdin=raw).out == "{}\n"
    Path(tmp_path / "opencode.json").write_text('{"permission": {"bash": "ask"}}')
    assert spawn(argv, stdin=raw).out == "{}\n"
