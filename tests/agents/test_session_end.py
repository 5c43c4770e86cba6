"""What a session left on disk: found in the agent's own places, newest first, within its time."""

from __future__ import annotations

import itertools
import json
import os
import sqlite3
import time
from pathlib import Path

import pytest
from helpers.agent_events import key

from keyscan.agents import session_end
from keyscan.agents.detector import Detector
from keyscan.agents.hook import Hook, HookOptions
from keyscan.sources.home import Roots

DETECTOR = Detector()


def left(agent, named="", **variables):
    """What is found in the test's home."""
    return session_end.leftovers(agent, named, DETECTOR, Roots.of(), variables)


def written(path, text):
    """A file below the test's home."""
    file = Path.home() / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)
    return file


def test_files_that_no_event_names():
    """Copilot's journal and database, Codex's rollouts: each secret counts once; other agents' files do not."""
    secret = key()
    written(".copilot/session-state/1/events.jsonl", json.dumps({"text": f"one\nK={secret}\n"}))
    db = sqlite3.connect(Path.home() / ".copilot/session-store.db")
    db.execute("CREATE TABLE t (x)")
    db.execute("INSERT INTO t VALUES (?)", (f"K={secret} L={key('second')}",))
    db.commit()
    db.close()
    written(".codex/sessions/2026/11/28/rollout-1.jsonl", json.dumps({"text": key("third")}))
    found = left("copilot-cli")
    assert (found.count, found.complete) == (2, True)
    assert sorted(found.files) == ["~/.copilot/session-state/1/events.jsonl", "~/.copilot/session-store.db"]
    assert left("codex").files == ("~/.codex/sessions/2026/11/28/rollout-1.jsonl",)
    assert left("gemini-cli").count == 0


def test_a_directory_that_a_variable_names(tmp_path):
    """Where the user has moved an agent's directory, that is looked at."""
    file = tmp_path / "codex" / "sessions" / "2026" / "11" / "28" / "rollout-1.jsonl"
    file.parent.mkdir(parents=True)
    file.write_text(key())
    assert left("codex", CODEX_HOME=str(tmp_path / "codex")).files == (str(file),)


def test_what_is_old_or_no_plain_file_is_left(tmp_path):
    """Yesterday's sessions were told of yesterday; a pipe is not waited for."""
    old = written(".codex/sessions/2026/11/27/rollout-1.jsonl", key())
    os.utime(old, (time.time() - 100_000,) * 2)
    os.mkfifo(tmp_path / "pipe")
    assert left("codex", str(tmp_path / "pipe")).count == 0
    assert left("codex", str(tmp_path / "missing")).count == 0


@pytest.mark.parametrize("place", [0, 700_000, 1_048_570, 2_500_000])
def test_a_large_transcript(place, tmp_path, monkeypatch):
    """Wherever in it the key stands, also across the pieces that are read."""
    monkeypatch.setattr(session_end, "BUDGET", 60.0)  # a loaded machine is slower than an agent allows
    file = tmp_path / "t.jsonl"
    text = bytearray(b"words and words\n" * 200_000)
    secret = f"K={key()}\n".encode()
    text[len(text) - place - len(secret) : len(text) - place] = secret
    file.write_bytes(text)
    assert left("claude-code", str(file)).count == 1


def test_it_ends_in_time(tmp_path, monkeypatch):
    """What there was no time for is said, and that a search of the machine does it."""
    secret = key()
    file = tmp_path / "t.jsonl"
    file.write_bytes(b"words and words\n" * 500_000 + f"K={secret}\n".encode())
    clock = itertools.count(0, 0.3)
    monkeypatch.setattr(session_end.time, "monotonic", lambda: next(clock))
    payload = {"hook_event_name": "SessionEnd", "prompt_id": "1", "transcript_path": str(file), "reason": "other"}
    said = Hook(HookOptions("claude-code")).respond(json.dumps(payload).encode())[0].stdout
    assert "Not all files could be searched in time." in said
    assert "keyscan machine --redact" in said
    assert secret not in said
