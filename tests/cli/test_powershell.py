"""Completion for PowerShell."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest


def test_powershell_completes_commands_and_options():
    """The words come one a line; the answer has type, value and help, separated by tabs."""
    for words, expected in ((["keyscan", "stag"], "plain\tstaged\t"), (["keyscan", "scan", "--min"], "--min-severity")):
        environment = {**os.environ, "COMP_WORDS": "\n".join(words), "_KEYSCAN_COMPLETE": "powershell_complete"}
        argv = [sys.executable, "-m", "keyscan"]
        found = subprocess.run(argv, env=environment, capture_output=True, text=True, check=False)
        assert expected in found.stdout, found.stderr


def test_the_script_is_valid_powershell(run):
    """A parser of PowerShell finds no error in it, and finds one where a brace is missing."""
    powershell = pytest.importorskip("tree_sitter_powershell")
    tree_sitter = pytest.importorskip("tree_sitter")
    parser = tree_sitter.Parser(tree_sitter.Language(powershell.language()))
    script = run("completion", "powershell").out
    assert "Register-ArgumentCompleter" in script
    assert not parser.parse(script.encode()).root_node.has_error
    assert parser.parse(script.replace("}\n", "\n", 1).encode()).root_node.has_error
