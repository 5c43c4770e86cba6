"""Recorded events of real agents with fresh keys in them, and what keyscan answers."""

from __future__ import annotations

import json
from pathlib import Path

from helpers.paths import ROOT
from helpers.tokens import token

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
