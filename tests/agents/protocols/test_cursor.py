"""Cursor: stops prompts and reads; an empty answer would block, so a clean one is `{}`."""

from __future__ import annotations

import pytest
from helpers.agent_events import powers, said

AGENT = "cursor"


@pytest.mark.parametrize(
    ("kind", "action", "value", "answer"),
    [
        ("prompt", "allow", None, ({}, "", 0)),
        ("prompt", "block", None, ({"continue": False, "user_message": "why"}, "", 0)),
        ("prompt", "warn", None, ({"continue": True, "user_message": "why"}, "", 0)),
        ("pre-tool", "block", None, ({"permission": "deny", "user_message": "why", "agent_message": "why"}, "", 0)),
        ("pre-tool", "replace", {"a": 1}, ({"permission": "allow", "updated_input": {"a": 1}}, "", 0)),
        ("pre-tool", "warn", None, ({"permission": "allow", "user_message": "why"}, "", 0)),
        ("post-tool", "warn", None, ({}, "", 0)),
    ],
)
def test_each_decision_in_the_agents_own_words(kind, action, value, answer):
    """Standard output, standard error and exit status, with the keys that the agent reads and no others."""
    assert said(AGENT, kind, action, value) == answer


def test_what_can_be_replaced_and_what_can_be_stopped():
    """The hook asks this before it decides."""
    assert powers(AGENT) == (set(), {"prompt", "model-request", "pre-tool"})


def test_inputs_and_outputs_of_mcp_tools():
    """An input is rewritten at `preToolUse` only; an output comes as JSON in a string and goes back as a value."""
    assert powers(AGENT, "preToolUse")[0] == {"prompt", "model-request", "pre-tool", "post-tool", "session-end"}
    assert said(AGENT, "post-tool", "replace", '{"a": 1}', "postToolUse", "mcp")[0] == {
        "updated_mcp_tool_output": {"a": 1}
    }
    assert said(AGENT, "post-tool", "replace", "text", "postToolUse", "mcp")[0] == {"updated_mcp_tool_output": "text"}
    assert said(AGENT, "post-tool", "warn", None, "postToolUse")[0] == {"additional_context": "why"}


@pytest.mark.parametrize("name", ["beforeReadFile", "beforeTabFileRead"])
def test_a_refused_read_is_told_to_the_user_alone(name):
    """Cursor knows no message for the agent there."""
    assert said(AGENT, "pre-tool", "block", None, name)[0] == {"permission": "deny", "user_message": "why"}
