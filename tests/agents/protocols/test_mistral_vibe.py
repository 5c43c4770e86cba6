"""Mistral Vibe: every answer is JSON, also where there is nothing to say."""

from __future__ import annotations

import pytest
from helpers.agent_events import powers, said

AGENT = "mistral-vibe"


@pytest.mark.parametrize(
    ("kind", "action", "value", "answer"),
    [
        ("pre-tool", "allow", None, ({}, "", 0)),
        ("pre-tool", "warn", None, ({}, "why\n", 0)),
        ("pre-tool", "replace", {"a": 1}, ({"hook_specific_output": {"tool_input": {"a": 1}}}, "", 0)),
        ("post-tool", "replace", "text", ({"decision": "deny", "reason": "text"}, "", 0)),
        ("post-tool", "block", None, ({"decision": "deny", "reason": "why"}, "", 0)),
    ],
)
def test_each_decision_in_the_agents_own_words(kind, action, value, answer):
    """Standard output, standard error and exit status, with the keys that the agent reads and no others."""
    assert said(AGENT, kind, action, value) == answer


def test_what_can_be_replaced_and_what_can_be_stopped():
    """The hook asks this before it decides."""
    assert powers(AGENT) == ({"pre-tool", "post-tool"}, {"pre-tool", "post-tool"})
