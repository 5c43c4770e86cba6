"""VS Code's local agent: stops prompts and rewrites inputs."""

from __future__ import annotations

import pytest
from helpers.agent_events import DENIED, powers, said

AGENT = "vscode"


@pytest.mark.parametrize(
    ("kind", "action", "value", "answer"),
    [
        ("prompt", "block", None, ({"continue": False, "stopReason": "why"}, "", 0)),
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
        ("post-tool", "block", None, ({"systemMessage": "why"}, "", 0)),
    ],
)
def test_each_decision_in_the_agents_own_words(kind, action, value, answer):
    """Standard output, standard error and exit status, with the keys that the agent reads and no others."""
    assert said(AGENT, kind, action, value) == answer


def test_what_can_be_replaced_and_what_can_be_stopped():
    """The hook asks this before it decides."""
    assert powers(AGENT) == ({"pre-tool"}, {"prompt", "model-request", "pre-tool"})
