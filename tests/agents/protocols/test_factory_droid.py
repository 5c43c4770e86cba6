"""Factory Droid: an input is rewritten without approving the call."""

from __future__ import annotations

import pytest
from helpers.agent_events import DENIED, powers, said

AGENT = "factory-droid"


@pytest.mark.parametrize(
    ("kind", "action", "value", "answer"),
    [
        (
            "pre-tool",
            "replace",
            {"a": 1},
            ({"hookSpecificOutput": {"hookEventName": "pre-tool", "updatedInput": {"a": 1}}}, "", 0),
        ),
        (
            "pre-tool",
            "block",
            None,
            DENIED,
        ),
        ("prompt", "block", None, ({"decision": "block", "reason": "why"}, "", 0)),
        ("post-tool", "replace", "x", ({"systemMessage": "why"}, "", 0)),
    ],
)
def test_each_decision_in_the_agents_own_words(kind, action, value, answer):
    """Standard output, standard error and exit status, with the keys that the agent reads and no others."""
    assert said(AGENT, kind, action, value) == answer


def test_what_can_be_replaced_and_what_can_be_stopped():
    """The hook asks this before it decides."""
    assert powers(AGENT) == ({"pre-tool"}, {"prompt", "model-request", "pre-tool"})
