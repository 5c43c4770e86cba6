"""Recorded events of real agents with fresh keys in them, and what keyscan answers."""

from __future__ import annotations

import json
import re
from pathlib import Path

from helpers.paths import ROOT
from helpers.tokens import token

ANSWERS = json.loads((ROOT / "tests/data/agent-answers.json").read_text(encoding="utf-8"))
RECORDED = json.loads((ROOT / "tests/data/agent-events.json").read_text(encoding="utf-8"))
CASES = [(agent, name) for agent, found in RECORDED.items() for name in found["events"]]
HOME = "/home/u/proj"
TEMPLATE = "sk-ant-api03-{b64url:93}AA"


def key(seed: str = "test") -> str:
    """A fresh, well-formed key."""
    return token(TEMPLATE, seed)


def project(directory: Path, secret: str) -> Path:
    """The project of the recordings: two files that hold the key."""
    for name in (".env", "conf.txt"):
        (directory / name).write_text(f"OPENAI_API_KEY={secret}\nOTHER=1\n")
    return directory


def payload(agent: str, name: str, secret: str, directory: Path) -> bytes:
    """A recorded event as it would come from `directory`, with `secret` where a key was."""
    text = json.dumps(RECORDED[agent]["events"][name])
    return text.replace("@@SECRET@@", secret).replace(HOME, str(directory)).encode()


def rewritten(event):
    """A rewritten shell command, with an interpreter that is the same everywhere."""
    from keyscan.catalog import agent_events

    made = agent_events.piped_input if event.dialect == "opencode" else agent_events.rewritten_input
    return made(event.input, "/usr/bin/python3", "-I")


def answered(agent, name, mode, secret, directory):
    """What the hook answers: standard output as JSON where it is, standard error, status; paths as recorded."""
    from keyscan.agents.events import Mode
    from keyscan.agents.hook import Hook, HookOptions

    hook = Hook(HookOptions(agent, Mode(mode)), rewrite=rewritten)
    answer, why = hook.respond(payload(agent, name, secret, directory))
    assert not why
    out = answer.stdout.replace(str(directory), HOME)
    err = answer.stderr.replace(str(directory), HOME)
    return {"stdout": json.loads(out) if out else "", "stderr": err, "status": answer.status}


def as_recorded(agent, name, mode, directory):
    """What the hook answers to a recorded event with a fresh key, its token as written down; never with the key."""
    secret = key(f"{agent}{name}")
    made = json.dumps(answered(agent, name, mode, secret, project(directory, secret)))
    assert secret not in made
    return json.loads(re.sub(r"\[keyscan:anthropic-api-key:[0-9a-f]{8}\]", "@@TOKEN@@", made))


def names_of(agent):
    """The recorded events of an agent."""
    return list(RECORDED[agent]["events"])


def said(agent, kind, action, value=None, name=None, tool_kind="other"):
    """An agent's answer to a decision with the reason `why`: standard output as JSON where it is, error, status."""
    from keyscan.agents.events import Action, Decision, Event
    from keyscan.agents.protocols.registry import protocol

    event = Event(agent, name or kind, kind, {}, tool_kind=tool_kind)
    made = protocol(agent).answer(event, Decision(Action(action), "why", value))
    return (json.loads(made.stdout) if made.stdout.strip() else ""), made.stderr, made.status


def powers(agent, name="x", tool_kind="other"):
    """The kinds of events in which an agent takes something else, and those that it can be stopped at."""
    from keyscan.agents.events import Event
    from keyscan.agents.protocols.registry import protocol
    from keyscan.catalog import agent_events as kinds

    every = (kinds.PROMPT, kinds.MODEL, kinds.PRE_TOOL, kinds.POST_TOOL, kinds.SESSION_END)
    events = [Event(agent, name, kind, {}, tool_kind=tool_kind) for kind in every]
    one = protocol(agent)
    return {e.kind for e in events if one.replaces(e)}, {e.kind for e in events if one.withholds(e)}


# How most dialects refuse a tool call for the reason "why": standard output, standard error, exit status.
DENIED = (
    {
        "hookSpecificOutput": {
            "hookEventName": "pre-tool",
            "permissionDecision": "deny",
            "permissionDecisionReason": "why",
        }
    },
    "",
    0,
)
