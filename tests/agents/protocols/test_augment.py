"""Augment: stops tool calls only."""

from __future__ import annotations

import pytest
from helpers.agent_events import DENIED, powers, said

AGENT = "augment"


@pytest.mark.parametrize(
    ("kind", "action", "value", "answer"),
    [
        (
            "pre-tool",
            "block",
            None,
            DENIED,
        ),
        ("pre-tool", "allow", None, ("", "", 0)),
        ("post-tool", "warn", None, ({"systemMessage": "why"}, "", 0)),
    ],
)
def test_each_decision_in_the_agents_own_words(kind, action, value, answer):
    """Standard output, standard error and exit status, with the keys that the agent reads and no others."""
    assert said(AGENT, kind, action, value) == answer


def test_what_can_be_replaced_and_what_can_be_stopped():
    """The hook asks this before it decides."""
    assert powers(AGENT) == (set(), {"pre-tool"})
