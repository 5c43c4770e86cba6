"""goose: blocks tool calls; prompts are only reported, and outputs are not in its events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.agents.events import Action, Answer
from keyscan.agents.protocols.interface import json_answer
from keyscan.catalog import agent_events

if TYPE_CHECKING:
    from keyscan.agents.events import Decision, Event


class Goose:
    """Answers as its documents say; with `on_failure: block` an empty answer at status 0 lets through."""

    def replaces(self, event: Event) -> bool:
        """Nothing can be replaced."""
        del event
        return False

    def withholds(self, event: Event) -> bool:
        """Tool calls only."""
        return event.kind == agent_events.PRE_TOOL

    def answer(self, event: Event, decision: Decision) -> Answer:
        """What the hook's process prints and returns for a decision."""
        if decision.action is Action.ALLOW:
            return Answer()
        if decision.action is Action.BLOCK and self.withholds(event):
            return json_answer({"decision": "block", "reason": decision.reason})
        return Answer(stderr=decision.reason + "\n")
