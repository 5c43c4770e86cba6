"""Windsurf: exit status 2 of a hook before an action stops it."""

from __future__ import annotations

import pytest
from helpers.agent_events import powers, said

AGENT = "windsurf"


@pytest.mark.parametrize(
    ("kind", "action", "value", "answer"),
    [
        ("prompt", "block", None, ("", "why\n", 2)),
        ("pre-tool", "warn", None, ("", "why\n", 0)),
        ("post-tool", "block", None, ("", "why\n", 0)),
        ("pre-tool", "allow", None, ("", "", 0)),
    ],
)
def test_each_decision_in_the_agents_own_words(kind, action, value, answer):
    """Standard output, standard error and exit status, with the keys that the agent reads and no others."""
    assert said(AGENT, kind, action, value) == answer


def test_what_can_be_replaced_and_what_can_be_stopped():
    """The hook asks this before it decides."""
    assert powers(AGENT) == (set(), {"prompt", "model-request", "pre-tool"})
