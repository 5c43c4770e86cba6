"""A hook of an agent whose streams fail: the exit status blocks the event, since most agents pass it with any but 2."""

from __future__ import annotations

import json
import os
import shlex
import signal
import subprocess
import sys
import time

import pytest
from helpers.paths import ROOT
from helpers.tokens import token

from keyscan.agents.protocols.registry import NAMES
from keyscan.catalog.agent_events import DIALECTS

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="redirections of a POSIX shell")
KEY = token("sk-ant-api03-{b64url:93}AA", "hook failures")
FAULTS = {"no input": "<&-", "no output": ">&-", "no output, no errors": ">&- 2>&-", "full disk": ">/dev/full"}
CLEAN = {"hook_event_name": "PostToolUse", "tool_name": "Bash", "tool_response": {"stdout": "x"}}
BLOCKED = {"hook_event_name": "UserPromptSubmit", "prompt": f"use {KEY}"}


def hook(tmp_path, agent, event, redirection, *options):
    """The hook of `agent` for an event, with a stream redirected: exit status, and what it wrote."""
    command = shlex.join([sys.executable, "-P", "-m", "keyscan", "agent", "hook", agent, *options])
    done = subprocess.run(
        ["sh", "-c", f"{command} {redirection}"],
        cwd=tmp_path, input=json.dumps({**event, "session_id": "s", "cwd": str(tmp_path)}).encode(),
        capture_output=True, check=False, timeout=60, env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    return done.returncode, (done.stdout + done.stderr).decode()


@pytest.mark.parametrize("event", [CLEAN, BLOCKED], ids=["clean", "secret"])
@pytest.mark.parametrize("fault", FAULTS)
def test_a_stream_that_fails_blocks(tmp_path, fault, event):
    """Whether or not there was something to say: what was not said was not heard."""
    if "/dev/full" in FAULTS[fault] and not os.path.exists("/dev/full"):
        pytest.skip("no /dev/full here")
    code, text = hook(tmp_path, "codex", event, FAULTS[fault])
    # Where the agent's answer to a clean event is no output at all, none can be lost.
    silent = event is CLEAN and not DIALECTS["codex"]["clean"] and "<" not in FAULTS[fault]
    assert code in ({0, 2} if silent else {2}), text
    assert KEY[20:40] not in text
    assert "Traceback" not in text


@pytest.mark.parametrize("agent", NAMES)
def test_no_agent_goes_on_without_input(tmp_path, agent):
    """Two, with a reason on standard error, is a block for each that knows exit statuses."""
    code, text = hook(tmp_path, agent, CLEAN, "<&-")
    assert code == 2 or '"' in text, text
    assert "standard input" in text or "keyscan" in text


@pytest.mark.parametrize("options", [("--on-failure", "warn"), ("--on-failure=warn",)])
def test_a_failure_that_shall_only_warn(tmp_path, options):
    """Some agents take every other status than 0 for a block."""
    code, text = hook(tmp_path, "copilot-cli", CLEAN, "<&-", *options)
    assert code == 0
    assert "keyscan: " in text


def test_an_interrupted_hook_blocks(tmp_path):
    """An agent may go on after the interrupt that ended its hook."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "keyscan", "agent", "hook", "claude-code"],
        cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    process.communicate(timeout=60)
    assert process.returncode == 2
