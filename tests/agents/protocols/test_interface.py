"""The forms of answers that several agents share."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.agents.events import Event
from keyscan.agents.protocols import interface

EVENT = Event("claude-code", "PreToolUse", "pre-tool", {})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("x", "x"),
        ({"llmContent": "x", "returnDisplay": "y"}, "x"),
        ({"content": "x"}, "x"),
        ({"stdout": "a", "stderr": "b"}, "a\nb"),
        ({"stdout": "a", "stderr": ""}, "a"),
        ({"stdout": "", "stderr": ""}, '{"stdout": "", "stderr": ""}'),
        ({"output": 7}, '{"output": 7}'),
        ([1, "ü"], '[1, "ü"]'),
        (None, "null"),
    ],
)
def test_an_output_as_the_text_that_the_model_would_see(value, text):
    """Strings of known shapes, else JSON."""
    assert interface.plain_text(value) == text


@given(st.text(max_size=20))
def test_answers_are_one_line_of_json(text):
    """Whatever the reason holds."""
    made = interface.denied(EVENT, text)
    assert made.stdout.count("\n") == 1
    assert json.loads(made.stdout)["hookSpecificOutput"]["permissionDecisionReason"] == text
    assert json.loads(made.stdout)["hookSpecificOutput"]["hookEventName"] == "PreToolUse"
