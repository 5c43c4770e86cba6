"""Qwen Code: stops calls, and replaces an output by a stop reason."""

from __future__ import annotations

import pytest
from helpers.agent_events import ANSWERS, DENIED, as_recorded, names_of, powers, said

AGENT = "qwen-code"


@pytest.mark.parametrize("mode", ["redact", "block", "warn"])
@pytest.mark.parametrize("name", names_of(AGENT))
def test_recorded_events_get_the_written_answers(name, mode, tmp_path):
    """Each event that was recorded from the agent is answered as written down, and never with the key."""
    assert as_recorded(AGENT, name, mode, tmp_path) == ANSWERS[AGENT][name][mode]


@pytest.mark.parametrize(
    ("kind", "action", "value", "answer"),
    [
        (
            "pre-tool",
            "block",
            None,
            DENIED,
        ),
        ("prompt", "block", None, ({"decision": "block", "reason": "why"}, "", 0)),
        ("post-tool", "replace", "text", ({"continue": False, "stopReason": "text"}, "", 0)),
        ("post-tool", "allow", None, ("", "", 0)),
    ],
)
def test_each_decision_in_the_agents_own_words(kind, action, value, answer):
    """Standard output, standard error and exit status, with the keys that the agent reads and no others."""
    assert said(AGENT, kind, action, value) == answer


def test_what_can_be_replaced_and_what_can_be_stopped():
    """The hook asks this before it decides."""
    assert powers(AGENT) == ({"post-tool"}, {"prompt", "model-request", "pre-tool"})
