"""Whose event it is, and what is in it."""

from __future__ import annotations

import json
import shlex

import pytest
from helpers.agent_events import CASES, RECORDED

from keyscan.agents.events import event_from
from keyscan.catalog import agent_events as catalog


@pytest.mark.parametrize(("agent", "name"), CASES, ids=str)
def test_the_payload_tells_the_agent(agent, name):
    """A recorded event is known for its agent's, whatever agent the configuration names; the command may decide."""
    payload = RECORDED[agent]["events"][name]
    event = event_from(payload, agent)
    assert event.dialect == agent
    if name != "stop":
        assert event_from(payload, "claude-code").dialect == agent or name.startswith(("pascal", "prompt_after"))


@pytest.mark.parametrize(
    "sign", ["tool_call_id", "turn_id", "tool_result", "submitted_prompt", "prompt_id", "timestamp"]
)
def test_a_shared_sign_makes_no_event_unknown(sign):
    """Fields that several agents send never turn an event of the named agent into one that passes as unknown."""
    for agent, spec in catalog.DIALECTS.items():
        for name, kind in spec["events"].items():
            field = (
                "agent_action_name" if agent == "windsurf" else "hookName" if agent == "cline" else "hook_event_name"
            )
            own = {"clineVersion": "1"} if agent == "cline" else {}
            found = event_from({**own, field: name, sign: "1", "tool_name": "x"}, agent)
            assert found.kind == kind, (agent, name, found.dialect)


def test_an_event_of_mistral_vibe_3():
    """It has ids as others do, and its tools in groups; recorded from 3.0.2."""
    payload = {
        "session_id": "1", "transcript_path": "/home/a/.vibe/logs/session/unified/1", "cwd": "/p",
        "parent_session_id": None, "hook_event_name": "post_tool", "tool_name": "file_system.bash",
        "tool_call_id": "call_0", "tool_input": {"command": "ls"}, "tool_status": "success",
        "tool_output": {"stdout": "x"}, "tool_output_text": "stdout: x", "tool_error": None, "duration_ms": 3.1,
    }  # fmt: skip
    found = event_from(payload, "mistral-vibe")
    assert (found.dialect, found.kind, found.tool_kind, found.output) == (
        "mistral-vibe",
        catalog.POST_TOOL,
        catalog.SHELL,
        "stdout: x",
    )


KINDS = {
    "prompt": catalog.PROMPT, "pre": catalog.PRE_TOOL, "post": catalog.POST_TOOL, "before": catalog.MODEL,
    "permission": catalog.OTHER, "stop": catalog.OTHER, "task": catalog.SESSION_START,
}  # fmt: skip


@pytest.mark.parametrize(("agent", "name"), CASES, ids=str)
def test_the_kind_is_known(agent, name):
    """Prompts, calls and outputs of every recording are told apart, with tool and input where there are some."""
    event = event_from(RECORDED[agent]["events"][name], agent)
    word = name.removeprefix("pascal_").partition("_")[0]
    if name in {"session_start", "session_end", "post_batch"}:
        return
    if name == "post_shell_failed" and agent in {"claude-code", "qwen-code"}:
        assert event.kind == catalog.FAILED
    else:
        assert event.kind == KINDS[word]
    if word in {"pre", "post"}:
        wanted = next(kind for part, kind in _TOOLS.items() if part in name)
        assert event.tool_kind == wanted
        assert isinstance(event.input, dict)
    if word == "post":
        assert event.output is not None


_TOOLS = {"shell": catalog.SHELL, "read": catalog.READ, "write": catalog.WRITE, "grep": catalog.OTHER_TOOL}


@pytest.mark.parametrize(
    ("payload", "dialect"),
    [
        ({"cursor_version": "3.17", "hook_event_name": "preToolUse"}, "cursor"),
        ({"agent_action_name": "pre_read_code", "trajectory_id": "t"}, "windsurf"),
        ({"hook_event_name": "PreToolUse", "transcript_path": "/u/GitHub.copilot-chat/x.jsonl"}, "vscode"),
        ({"hook_event_name": "PreToolUse", "transcript_path": "C:\\u\\.factory\\x.jsonl"}, "factory-droid"),
        ({"event": "PreToolUse", "working_dir": "/p", "matcher_context": {}}, "goose"),
        ({"hook_event_name": "PreToolUse", "conversation_id": "c", "workspace_roots": ["/p"]}, "augment"),
        ({"hook_event_name": "before_tool", "tool_name": "bash"}, "mistral-vibe"),
        ({"hook_event_name": "PreToolUse", "tool_name": "fs_read"}, "kiro"),
        ({}, "kiro"),
    ],
)
def test_agents_that_were_not_recorded_are_known_too(payload, dialect):
    """The signs of the documents tell the agent; without any, the command line does."""
    assert event_from(payload, "kiro").dialect == dialect


def test_cursor_sends_input_beside_the_other_fields():
    """Cursor's narrow events carry command, path and content at the top."""
    shell = event_from({"cursor_version": "1", "hook_event_name": "beforeShellExecution", "command": "ls"}, "cursor")
    assert (shell.kind, shell.tool_kind, shell.input) == (catalog.PRE_TOOL, catalog.SHELL, {"command": "ls"})
    read = event_from(
        {"cursor_version": "1", "hook_event_name": "beforeReadFile", "file_path": "a", "content": "b"}, "cursor"
    )
    assert (read.tool_kind, read.input["content"]) == (catalog.READ, "b")


def test_a_command_is_wrapped_once():
    """A rewritten command is not rewritten again, other fields stay, and quotes in it survive."""
    made = catalog.rewritten_input({"command": "echo 'a b'; cd x", "timeout": 5}, "/p y", "-I")
    assert isinstance(made, dict)
    assert made["timeout"] == 5
    assert shlex.split(made["command"])[-1] == "echo 'a b'; cd x"
    assert catalog.rewritten_input(made, "/p y", "-I") is None
    assert catalog.rewritten_input({"commands": ["ls", "pwd"]}, "/p", "-I")["commands"][1].endswith("'pwd'")
    assert catalog.rewritten_input({"command": "  "}, "/p", "-I") is None
    assert catalog.rewritten_input({"file_path": "x"}, "/p", "-I") is None


def test_no_payload_holds_a_key():
    """The recordings hold a mark where keys were."""
    assert "@@SECRET@@" in json.dumps(RECORDED)
