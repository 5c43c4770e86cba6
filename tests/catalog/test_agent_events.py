"""What coding agents send to a hook: event, tool, and a command that is run filtered."""

from __future__ import annotations

import shlex

import pytest

from keyscan.catalog import agent_events as events


@pytest.mark.parametrize(
    ("dialect", "payload", "kind"),
    [
        ("claude-code", {"hook_event_name": "PreToolUse"}, events.PRE_TOOL),
        ("claude-code", {"hook_event_name": "UserPromptSubmit"}, events.PROMPT),
        ("claude-code", {"hook_event_name": "Invented"}, events.OTHER),
        ("gemini-cli", {"hook_event_name": "AfterTool"}, events.POST_TOOL),
        ("cursor", {"hook_event_name": "beforeShellExecution"}, events.PRE_TOOL),
        ("copilot-cli", {"toolArgs": "{}"}, events.PRE_TOOL),
        ("copilot-cli", {"toolArgs": "{}", "toolResult": {}}, events.POST_TOOL),
        ("copilot-cli", {"prompt": "x"}, events.PROMPT),
        ("windsurf", {"agent_action_name": "pre_user_prompt"}, events.PROMPT),
    ],
)
def test_the_kind_of_an_event(dialect, payload, kind):
    """By the name in the payload, or by what is in it where an agent names none."""
    assert events.event_of(payload, dialect)[1] == kind


@pytest.mark.parametrize(
    ("name", "event", "kind"),
    [
        ("Bash", "", events.SHELL),
        ("mcp__server__tool", "", events.MCP),
        ("anything", "beforeMCPExecution", events.MCP),
        ("anything", "beforeShellExecution", events.SHELL),
        ("Read", "", events.READ),
        ("anything", "beforeReadFile", events.READ),
        ("Write", "", events.WRITE),
        ("Invented", "", events.OTHER_TOOL),
    ],
)
def test_the_kind_of_a_tool(name, event, kind):
    """By its name, or by the event where the name does not tell."""
    assert events.tool_kind(name, event) == kind


@pytest.mark.parametrize("command", ["ls", "echo 'a b' \"$X\"", "a; b && c | d", "it's"])
def test_a_wrapped_command_is_one_word(command):
    """The shell hands it on as it was, and it is not wrapped twice."""
    made = events.rewritten_input({"command": command, "timeout": 3}, "/usr/bin/python3", "-I ")
    assert shlex.split(made["command"])[-1] == command
    assert made["timeout"] == 3
    assert events.rewritten_input(made, "/usr/bin/python3", "-I ") is None


@pytest.mark.parametrize("given", [None, {}, {"command": " "}, {"command": 1}, {"commands": []}, {"commands": [1]}])
def test_what_is_no_command_is_left_alone(given):
    """Nothing to wrap."""
    assert events.rewritten_input(given, "p", "") is None


def test_lists_of_commands():
    """Each is wrapped once."""
    made = events.rewritten_input({"commands": ["a", "b"]}, "p", "")
    assert [shlex.split(one)[-1] for one in made["commands"]] == ["a", "b"]
    assert events.rewritten_input(made, "p", "") is None
