"""Completion for PowerShell."""

from __future__ import annotations

import os
import subprocess
import sys


def test_powershell_completes_commands_and_options():
    """The words come one a line; the answer has type, value and help, separated by tabs."""
    for words, expected in ((["keyscan", "stag"], "plain\tstaged\t"), (["keyscan", "scan", "--min"], "--min-severity")):
        environment = {**os.environ, "COMP_WORDS": "\n".join(words), "_KEYSCAN_COMPLETE": "powershell_complete"}
        argv = [sys.executable, "-m", "keyscan"]
        found = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
        assert expected in found.stdout, found.stderr
