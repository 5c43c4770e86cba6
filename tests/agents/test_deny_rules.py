"""Agents' own rules against reading files of secrets."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from keyscan.agents import deny_rules


def files(root):
    """All files below a directory with their contents, but for what is cached."""
    return {file: file.read_bytes() for file in sorted(Path(root).rglob("*")) if file.is_file()}


class TestDenyRules:
    """`--deny` is undone by `uninstall`, the user's own rules stay."""

    def test_of_claude_code(self, run):
        """Rules that were there, and those that the user adds afterwards, stay; ours go, with all that was made."""
        file = Path.home() / ".claude/settings.json"
        file.parent.mkdir()
        before = '{\n  "permissions": {\n    "deny": [\n      "Read(**/.env)"\n    ]\n  }\n}\n'
        file.write_text(before)
        assert run("agent", "install", "claude-code", "--deny").code == 0
        assert run("agent", "install", "claude-code", "--deny").code == 0
        assert len(json.loads(file.read_text())["permissions"]["deny"]) == len(deny_rules.DENIED)
        assert run("agent", "uninstall", "claude-code").code == 0
        assert file.read_text() == before
        assert list(files(Path.home() / ".claude")) == [file]

    def test_of_a_file_that_was_not_there(self, run):
        """Nothing is left of it."""
        assert run("agent", "install", "claude-code", "--deny").code == 0
        assert run("agent", "uninstall", "claude-code").code == 0
        assert not files(Path.home() / ".claude")

    def test_of_a_user_alone(self, run, repo):
        """Without `--deny`, rules of the same words are the user's and stay."""
        (repo.path / ".geminiignore").write_text(".env\n*.pem\n")
        assert run("agent", "install", "gemini-cli", "--project", cwd=repo.path).code == 0
        assert run("agent", "uninstall", "gemini-cli", "--project", cwd=repo.path).code == 0
        assert (repo.path / ".geminiignore").read_text() == ".env\n*.pem\n"

    @pytest.mark.parametrize("before", [None, ".env\nmine\n", "mine"])
    def test_of_a_project(self, run, repo, before):
        """Lines that were there stay; a file that keyscan made goes."""
        file = repo.path / ".geminiignore"
        if before is not None:
            file.write_text(before)
        assert run("agent", "install", "gemini-cli", "--project", "--deny", cwd=repo.path).code == 0
        assert "*.pem" in file.read_text().splitlines()
        assert run("agent", "uninstall", "gemini-cli", "--project", cwd=repo.path).code == 0
        assert (file.read_text() if file.exists() else None) == (before if before != "mine" else "mine\n")
        assert sorted(one.name for one in repo.path.glob(".geminiignore*")) == ([] if before is None else [file.name])
