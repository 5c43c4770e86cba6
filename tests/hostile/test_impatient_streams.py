"""Standard streams that another program opened so that nobody waits for them: nothing is cut short, in or out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

import pytest
from helpers.paths import ROOT
from helpers.tokens import token

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="flags of POSIX")
KEY = token("sk-ant-api03-{b64url:93}AA", "impatient")
EVENT = json.dumps({"hook_event_name": "UserPromptSubmit", "prompt": KEY, "cwd": "/", "session_id": "s"}).encode()


def started(repo, words, **streams):
    """A command with these streams."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "keyscan", *words],
        cwd=repo.path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
        **streams,
    )


@pytest.mark.parametrize(
    ("words", "first", "rest", "code", "said"),
    [
        (("scan", "-"), b"x = 1\n" * 2000, f'k = "{KEY}"\n'.encode(), 1, b"1 critical"),
        (("filter",), b"x\n", f'k = "{KEY}"\n'.encode(), 0, b"[keyscan:"),
        (("agent", "hook", "claude-code"), EVENT[:20], EVENT[20:], 0, b'"block"'),
        (
            ("pre-push", "origin", "url"),
            b"refs/heads/main HEAD ",
            b"refs/heads/main " + b"0" * 40 + b"\n",
            1,
            b"finding",
        ),
        (("run", "--", "cat"), b"x\n", f'k = "{KEY}"\n'.encode(), 0, b"[keyscan:"),
    ],
    ids=lambda value: value[0] if isinstance(value, tuple) else "",
)
def test_input_that_comes_in_parts(repo, words, first, rest, code, said):
    """The end of what is there by now is not the end of the input."""
    repo.stage("a.py", f'k = "{KEY}"\n')
    head = repo.commit()
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.write(writing, first.replace(b"HEAD", head.encode()))
    process = started(repo, words, stdin=reading, stdout=subprocess.PIPE)
    os.close(reading)
    time.sleep(1.5)
    os.write(writing, rest)
    os.close(writing)
    out, errors = process.communicate(timeout=120)
    assert (process.returncode, errors) == (code, b"")
    assert said in out
    assert KEY.encode() not in out


@pytest.mark.parametrize("form", ["json", "sarif"])
def test_a_reader_that_is_slower_than_the_report(repo, form):
    """All of it arrives."""
    repo.write("a.py", "".join(f'k = "{token("sk-ant-api03-{b64url:93}AA", str(number))}"\n' for number in range(200)))
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    process = started(repo, ("scan", "a.py", "-f", form), stdin=subprocess.DEVNULL, stdout=writing)
    os.close(writing)
    time.sleep(4)
    with open(reading, "rb") as file:
        report = file.read()
    assert process.communicate(timeout=120)[1] == b""
    assert process.returncode == 1
    assert len(report) > 1 << 16
    json.loads(report)
