"""Configuration of agents and editors, and what to write there instead of a key."""

from __future__ import annotations

import pytest

from keyscan.catalog.agents import CLIENTS, MARKS, PATTERNS, client_of
from keyscan.support import globs


@pytest.mark.parametrize(
    ("path", "what"),
    [
        (".mcp.json", "a project's MCP configuration"),
        ("sub/.cursor/mcp.json", "Cursor's MCP configuration"),
        (".VSCODE/MCP.JSON", "VS Code's MCP configuration"),
        ("home/.claude/settings.local.json", "Claude Code's settings"),
        ("litellm-prod.yaml", "LiteLLM's configuration"),
        ("x/mcp.json", "an MCP configuration"),
        ("home/.bash_history", "a shell's or program's history"),
        ("home/.claude/projects/a/b.jsonl", "an agent's transcript"),
    ],
)
def test_whose_file_it_is(path, what):
    """By its path, in any case; the more specific first."""
    assert client_of(path).what == what


@pytest.mark.parametrize("path", ["settings.json", "config.toml", "mcp.json.bak", "mcp/readme.md", "a.py"])
def test_other_files(path):
    """A common name counts only in the program's own directory."""
    assert client_of(path) is None


def test_each_client_says_what_to_write_instead():
    """Nobody is left with a bare complaint."""
    assert all(client.what and client.instead for client in CLIENTS)


def test_project_files_are_found_untracked_too():
    """Git's patterns name each file that lies in a project."""
    for path in (".mcp.json", ".cursor/mcp.json", ".claude/settings.json", "my-litellm.yaml", "opencode.jsonc"):
        assert any(globs.matches(pattern, path.rpartition("/")[2]) for pattern in PATTERNS), path
        assert any(mark in path for mark in MARKS)
