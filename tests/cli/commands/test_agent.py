"""`keyscan agent`: install, status, test and uninstall as a user runs them."""

from __future__ import annotations

import json
from pathlib import Path


def test_the_commands(run, repo):
    """install, status, test and uninstall as a user runs them, for a project too."""
    made = run("agent", "install", "claude-code", "--deny", cwd=repo.path)
    assert made.code == 0
    settings = json.loads((Path.home() / ".claude/settings.json").read_text())
    assert "Read(**/.env)" in settings["permissions"]["deny"]
    assert run("agent", "test", "claude-code").code == 0
    shown = run("agent", "status", "claude-code")
    assert shown.code == 0, shown.out
    assert "a made-up key was stopped" in shown.out
    assert "stays open" in shown.out
    made = run("agent", "install", "gemini-cli", "--project", "--deny", "--mode", "block", cwd=repo.path)
    assert made.code == 0, made.err
    assert ".env" in (repo.path / ".geminiignore").read_text()
    assert "--mode block" in (repo.path / ".gemini/settings.json").read_text()
    assert run("agent", "status", "gemini-cli", "--project", cwd=repo.path).code == 0
    assert run("agent", "uninstall", "claude-code", "gemini-cli").code == 0
    assert run("agent", "status", "claude-code").code == 1
    assert run("agent", "install").code == 2
    assert run("agent", "install", "aider").code == 2
    assert run("agent", "install", "junie", "--project").code == 2
    assert run("agent", "install", "codex", "--project", "--user").code == 2
