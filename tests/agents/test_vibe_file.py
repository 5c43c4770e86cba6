"""Mistral Vibe's hooks, a TOML file."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import pytest

from keyscan.agents import entries, install, targets
from keyscan.errors import ConfigError

CALLER = entries.Caller(sys.executable, "-P")


def place(agent):
    """Where an agent's hooks are in the test's home."""
    return targets.place(targets.target(agent), None)


def test_toml_keeps_comments_and_other_hooks():
    """Vibe's file keeps comments and other hooks, before and after."""
    file = Path.home() / ".vibe/hooks.toml"
    file.parent.mkdir()
    text = '# mine\n[[hooks]]\nname = "lint"  # keep\ntype = "pre_tool"\ncommand = "lint"\n'
    file.write_text(text)
    install.install(place("mistral-vibe"), CALLER)
    made = tomllib.loads(file.read_text())["hooks"]
    assert [one["name"] for one in made] == ["lint", "keyscan-pre_tool", "keyscan-post_tool"]
    assert "# keep" in file.read_text()
    install.uninstall(place("mistral-vibe"))
    assert file.read_text() == text
    file.write_text("[[hooks]\n")
    with pytest.raises(ConfigError, match="not valid TOML"):
        install.install(place("mistral-vibe"), CALLER)
