"""Augment: denies tool calls; it reports prompts, which cannot be blocked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.agents.protocols.interface import ClaudeLike
from keyscan.catalog import agent_events

if TYPE_CHECKING:
    from keyscan.agents.events import Event


class Augment(ClaudeLike):
    """Answers as Augment 0.36 takes them; use of a rewritten input is not verified."""

    replaces_input = False

    def withholds(self, event: Event) -> bool:
        """Tool calls only."""
        return event.kind == agent_events.PRE_TOOL
