"""The soak: its script runs and notices a difference."""

from __future__ import annotations

import subprocess
import sys

import pytest
from helpers.paths import ROOT

SCRIPT = ROOT / "benchmarks/soak/run.py"


@pytest.mark.skipif(sys.platform != "linux", reason="the soak finds processes in /proc")
def test_a_short_soak_finds_no_difference(tmp_path):
    """One history of two steps: every way of auditing it says the same, and nothing is left behind."""
    command = [sys.executable, SCRIPT, "--histories", "1", "--steps", "2", "--seed", "3", "--keep", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "'histories': 1" in done.stdout
    assert done.stdout.rstrip().endswith("0 faults")


@pytest.mark.skipif(sys.platform != "linux", reason="the soak finds processes in /proc")
def test_a_difference_is_a_fault(tmp_path):
    """An interpreter that says "clean" where the other has findings fails the soak, and the history is kept."""
    other = tmp_path / "python"
    other.write_text(f'#!/bin/sh\n"{sys.executable}" "$@"\nexit 0\n')
    other.chmod(0o755)
    command = [sys.executable, SCRIPT, "--histories", "1", "--steps", "1", "--compiled", other, "--keep", tmp_path]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "exit code 0, not 1" in done.stdout
    assert (tmp_path / "history-1" / "main").is_dir()
