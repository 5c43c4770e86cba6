"""The fast path answers an agent's event as the whole command does, or leaves it to that."""

from __future__ import annotations

import json

import pytest
from helpers.agent_events import CASES, key, payload, project
from helpers.tokens import token
from hypothesis import given, settings
from hypothesis import strategies as st

from keyscan.agents.detector import Detector
from keyscan.agents.events import Mode
from keyscan.agents.hook import Hook, HookOptions
from keyscan.catalog import agent_events
from keyscan.fastpath import agent_hook

pytest.importorskip("hyperscan")
OPTIONS = {"--mode": "redact", "--on-failure": "block", "--event": ""}


@pytest.fixture(autouse=True)
def _stored():
    """The engine is stored."""
    Detector().warm_up()


def fast(agent, raw):
    """What the fast path says, None where it leaves the event to the whole command."""
    try:
        return agent_hook._answer(raw, {**OPTIONS, "agent": agent})
    except Exception:  # noqa: BLE001 - as the fast path itself does
        return None


@pytest.mark.parametrize("secret", ["key", "reference"])
@pytest.mark.parametrize(("agent", "name"), CASES, ids=str)
def test_recorded_events(agent, name, secret, tmp_path):
    """With a key in it no event is called clean unless the whole command says so too; without, both say the same."""
    secret = key() if secret == "key" else "${OPENAI_API_KEY}"
    raw = payload(agent, name, secret, project(tmp_path, secret))
    said = fast(agent, raw)
    if said is not None:
        whole, why = Hook(HookOptions(agent)).respond(raw)
        assert not why
        assert (said, "", 0) == (whole.stdout.strip(), whole.stderr, whole.status)


def test_clean_events_are_answered(tmp_path):
    """Two events in five and more are answered here: otherwise this path would be of no use."""
    answered = [
        (agent, name) for agent, name in CASES if fast(agent, payload(agent, name, "plain", tmp_path)) is not None
    ]
    assert 5 * len(answered) >= 2 * len(CASES)


@given(
    st.recursive(
        st.sampled_from(["password", "token", "x = 1", "see @file", "sk-", "\n", "é", "\ud800", '"', "\0"])
        | st.text(max_size=12) | st.integers() | st.none(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=8,
    ),
    st.booleans(),
)  # fmt: skip
@settings(max_examples=150, deadline=None)
def test_any_output(value, with_key):
    """Whatever a tool's output holds, and however it is escaped, both say the same."""
    made = {"output": [value, f"K={token('sk-ant-api03-{b64url:93}AA')}"] if with_key else value}
    event = {"hook_event_name": "PostToolUse", "prompt_id": "1", "tool_name": "Bash", "tool_response": made}
    raw = json.dumps(event).encode()
    said = fast("claude-code", raw)
    assert said is None or not with_key
    if said is not None:
        assert said == Hook(HookOptions("claude-code")).respond(raw)[0].stdout.strip()


@pytest.mark.parametrize(
    "arguments",
    [
        ["claude-code", "--unknown"],
        ["clippy"],
        [],
        ["codex", "codex"],
        ["codex", "--mode", "warn"],
        ["codex", "--mode"],
    ],
)
def test_what_it_does_not_know_is_left(arguments):
    """Other arguments are the whole command's."""
    assert agent_hook._options(arguments) is None


def test_a_value_that_only_its_key_gives_away():
    """A password under its name is no clean event."""
    secret = token("{upper:2}{digits:3}$#{lower:4}{upper:3}{digits:2}", "p")
    event = {
        "hook_event_name": "PostToolUse",
        "prompt_id": "1",
        "tool_name": "x",
        "tool_response": {"password": secret},
    }
    assert fast("claude-code", json.dumps(event).encode()) is None


def test_every_dialect_can_be_asked_for():
    """The names on the command line are those of the protocols."""
    from keyscan.agents.protocols.registry import NAMES

    assert set(agent_events.DIALECTS) == set(NAMES)
    assert {mode.value for mode in Mode} > set(agent_hook._MODES)


def test_a_token_is_seen_however_it_is_written():
    """A token in a call's input is the whole command's, escapes of JSON notwithstanding; in an output it may be."""
    mark = "\\u005bkeyscan:anthropic-api-key:" + "0123abcd]"
    call = '{"hook_event_name": "PreToolUse", "prompt_id": "1", "tool_name": "Write", "tool_input": {"content": "%s"}}'
    assert fast("claude-code", (call % mark).encode()) is None
    output = '{"hook_event_name": "PostToolUse", "prompt_id": "1", "tool_name": "Read", "tool_response": "%s"}'
    assert fast("claude-code", (output % mark).encode()) == ""
