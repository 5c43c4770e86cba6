"""A progress bar on a terminal's standard error; silent anywhere else."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys

import pytest
from helpers.paths import ROOT
from helpers.tokens import token

from keyscan.cli import progress

KEY = token("sk-ant-api03-{b64url:93}AA")


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((0, 0, 0, 0.0, False), "  0% 0/0+ objects, 0 MB/s"),
        ((1000, 4_000_000, 2000, 2.0, False), " 50% 1,000/2,000+ objects, 2 MB/s"),
        ((1000, 4_000_000, 2000, 61.0, True), " 50% 1,000/2,000 objects, 0 MB/s, 1:01 left"),
        ((5, 10, 5, 1.0, True), "100% 5/5 objects, 0 MB/s, 0:00 left"),
    ],
)
def test_the_bar_as_text(given, text):
    """The time left is told once all is listed."""
    done, size, listed, seconds, final = given
    made = progress.line(done, size, listed, seconds, final=final)
    assert made.endswith(f"] {text}")
    assert made.count("#") + made.count(".") == 24


def test_no_terminal_no_bar(monkeypatch):
    """A log gets no drawing."""
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert progress.bar() is None


def test_it_is_drawn_now_and_then_and_taken_away(monkeypatch):
    """Not at each batch; nothing is left of it."""
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    bar = progress.Bar()
    bar(1, 1, 2, final=False)
    assert out.getvalue() == ""
    monkeypatch.setattr(progress, "_PAUSE", 0)
    bar(1, 1, 2, final=False)
    bar.clear()
    bar.clear()
    assert out.getvalue().startswith("\rkeyscan [")
    assert out.getvalue().endswith("\r\x1b[K")
    assert out.getvalue().count("\r") == 2


class Terminal(io.StringIO):
    """A standard error that is a terminal."""

    def isatty(self):
        """Yes."""
        return True


def test_a_step_is_shown_while_it_lasts(monkeypatch):
    """The line is there during the step, and gone after it, also when the step fails."""
    monkeypatch.setattr(sys, "stderr", Terminal())

    def fails():
        with progress.step("reading"):
            assert sys.stderr.getvalue() == "\rkeyscan: reading ...\x1b[K"
            raise ValueError("x")

    with pytest.raises(ValueError, match="x"):
        fails()
    assert sys.stderr.getvalue().endswith("\r\x1b[K")


def test_nothing_is_shown_elsewhere(monkeypatch):
    """In a pipe there is neither a step nor a bar."""
    monkeypatch.setattr(sys, "stderr", io.StringIO())
    with progress.step("reading"), progress.shown() as bar:
        assert bar is None
    assert sys.stderr.getvalue() == ""


@pytest.mark.parametrize("command", [["env"], ["checklist"], ["migrate", "--dry-run"]])
def test_commands_that_take_their_time(repo, command):
    """On a terminal each says what it does on standard error, and the report on standard output is the same."""
    repo.stage(".env", f"K={KEY}\n")
    repo.stage(".gitleaksignore", ".env:r:1\n")
    repo.commit()
    argv = [sys.executable, "-m", "keyscan", *command]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    piped = subprocess.run(argv, cwd=repo.path, env=environment, capture_output=True, check=False)
    assert b"\x1b[K" not in piped.stderr
    main, side = pty.openpty()
    shown = subprocess.run(argv, cwd=repo.path, env=environment, stdout=subprocess.PIPE, stderr=side, check=False)
    os.close(side)
    told = os.read(main, 65536)
    os.close(main)
    assert told.startswith(b"\rkeyscan: ")
    assert told.endswith(b"\r\x1b[K")
    # Salts are random, and the last line gives the duration.
    assert shown.stdout.splitlines()[0] == piped.stdout.splitlines()[0]
    assert len(shown.stdout.splitlines()) == len(piped.stdout.splitlines())
    assert shown.returncode == piped.returncode
