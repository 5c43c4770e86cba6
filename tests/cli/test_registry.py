"""Every command is registered under its own name, and every module of a command is registered."""

from __future__ import annotations

import pytest
from helpers.paths import ROOT

from keyscan.cli.registry import COMMANDS, load


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_is_loaded_by_its_name(name):
    """A name gives the command that calls itself so."""
    assert load(name).name == name


def test_no_command_is_left_out():
    """A module in `cli/commands` without a line in COMMANDS could not be called."""
    modules = {file.stem.replace("_", "-") for file in (ROOT / "keyscan/cli/commands").glob("[a-z]*.py")}
    assert modules == set(COMMANDS)
