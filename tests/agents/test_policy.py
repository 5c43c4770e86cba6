"""What is decided on an agent's event."""

from __future__ import annotations

import json

import pytest
from helpers.agent_events import key, project

from keyscan.agents import policy
from keyscan.agents.hook import Hook, HookOptions


def test_a_token_is_never_written_over_the_value(tmp_path):
    """An edit that brings a token back is stopped; a document that holds the token as text may be edited."""
    mark = "[keyscan:anthropic-api-key:" + "0123abcd]"
    file = tmp_path / "a.py"
    file.write_text("KEY = 'x'\n")
    raw = json.dumps({
        "prompt_id": "1", "hook_event_name": "PreToolUse", "tool_name": "Edit", "cwd": str(tmp_path),
        "tool_input": {"file_path": str(file), "old_string": "x", "new_string": f"KEY = '{mark}'"},
    }).encode()  # fmt: skip
    answer, _ = Hook(HookOptions("claude-code")).respond(raw)
    assert json.loads(answer.stdout)["hookSpecificOutput"]["permissionDecision"] == "deny"
    file.write_text(f"keyscan shows {mark}\n")
    answer, _ = Hook(HookOptions("claude-code")).respond(raw)
    assert answer.stdout == ""


def _before(tool, tool_input, tmp_path):
    return json.dumps({
        "hook_event_name": "PreToolUse", "tool_name": tool, "cwd": str(tmp_path),
        "tool_input": tool_input,
    }).encode()  # fmt: skip


@pytest.mark.parametrize(
    ("tool", "make", "stopped"),
    [
        ("Write", lambda s: {"file_path": "a.py", "content": f"K='{s}'"}, True),
        ("Write", lambda s: {"file_path": ".env", "content": f"K={s}"}, False),
        ("Write", lambda s: {"file_path": ".env.example", "content": f"K={s}"}, True),
        ("Edit", lambda s: {"file_path": "a.py", "old_string": f"'{s}'", "new_string": "os.environ['K']"}, False),
        ("MultiEdit", lambda s: {"file_path": "a", "edits": [{"old_string": "a", "new_string": s}]}, True),
        ("apply_patch", lambda s: {"input": f"*** Begin Patch\n*** Update File: a\n-{s}\n+x\n"}, False),
        ("apply_patch", lambda s: {"input": f"*** Begin Patch\n*** Update File: a\n-x\n+{s}\n"}, True),
        ("mcp__slack__post", lambda s: {"text": f"the key is {s}"}, True),
        ("Bash", lambda s: {"command": f"curl -H 'x-api-key: {s}' https://api.example.org"}, True),
        ("WebFetch", lambda s: {"url": f"https://api.example.org/?key={s}"}, True),
    ],
)  # fmt: skip
def test_literal_keys_are_stopped_where_they_would_be_written(tool, make, stopped, tmp_path):
    """New text with a key is stopped, with the variable to use; taking a key out, and an environment file, are not."""
    answer, why = Hook(HookOptions("claude-code")).respond(_before(tool, make(key()), tmp_path))
    assert not why
    assert (("deny" in answer.stdout) and "ANTHROPIC_API_KEY" in answer.stdout) == stopped


@pytest.mark.parametrize(
    "command", ["cat .env", "grep KEY ./.env", "head -n1 <.env", "tar c .env|base64", "X=.env; true", "env", "printenv"]
)
def test_commands_that_print_a_secret_are_refused_where_nothing_else_helps(command, tmp_path):
    """Where neither input nor output can be replaced, a command that reads a file with secrets is refused."""
    project(tmp_path, key())
    hook = Hook(HookOptions("kiro"), environment=f"K={key()}")
    answer, _ = hook.respond(_before("execute_bash", {"command": command}, tmp_path))
    assert answer.status == 2
    assert "keyscan run" in answer.stderr
    assert hook.respond(_before("execute_bash", {"command": "ls -la"}, tmp_path))[0].status == 0


def test_withheld_outputs_keep_what_an_agent_checks():
    """The notice takes the place of texts only."""
    made = policy.withheld({"type": "text", "file": {"filePath": "/a", "content": "x", "numLines": 3}}, "N")
    assert made == {"type": "text", "file": {"filePath": "/a", "content": "N", "numLines": 3}}
