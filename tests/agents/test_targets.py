"""Where each agent's hooks are configured."""

from __future__ import annotations

import pytest

from keyscan.agents import targets
from keyscan.agents.protocols.registry import NAMES
from keyscan.errors import UsageError

ALL = list(targets.TARGETS)


def test_every_protocol_can_be_installed():
    """Each agent with a protocol has a place for its hooks, and time-outs above our own deadline."""
    from keyscan.agents.hook import DEADLINE

    assert set(ALL) == set(NAMES)
    assert targets.TIMEOUT > DEADLINE


@pytest.mark.parametrize("agent", list(targets.WITHOUT_HOOKS))
def test_agents_without_hooks_are_told_what_protects(agent):
    """For an agent that has no hooks the error says what to do instead."""
    with pytest.raises(UsageError, match=r"keyscan install|list key files"):
        targets.target(agent)
    with pytest.raises(UsageError, match="did you mean codex"):
        targets.target("codx")
