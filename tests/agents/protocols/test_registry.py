"""Protocols by the names that commands and configurations use."""

from __future__ import annotations

import pytest
from helpers.agent_events import RECORDED

from keyscan.agents.protocols.registry import NAMES, protocol
from keyscan.errors import UsageError


def test_every_name_has_its_protocol():
    """Another class for each, of the module of its name; every recorded agent is among them."""
    made = [type(protocol(name)) for name in NAMES]
    assert len(set(made)) == len(NAMES)
    assert [one.__module__.rpartition(".")[2].replace("_", "-") for one in made] == list(NAMES)
    assert set(RECORDED) <= set(NAMES)


def test_another_name_is_a_wrong_command_line():
    """With the names that there are."""
    with pytest.raises(UsageError, match="clippy: no such agent; one of claude-code, codex"):
        protocol("clippy")
