"""Cline: rewrites inputs; what a tool printed can only be kept back by ending the task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.agents.events import Action, Answer
from keyscan.agents.protocols.interface import json_answer
from keyscan.catalog import agent_events

if TYPE_CHECKING:
    from keyscan.agents.events import Decision, Event


class Cline:
    """Answers as Cline CLI 3.0.65 takes them; `cancel` ends the whole task."""

    def replaces(self, event: Event) -> bool:
        """Inputs only."""
        return event.kind == agent_events.PRE_TOOL

    def withholds(self, event: Event) -> bool:
        """Everything, at the price of the task."""
        return event.kind in {agent_events.PROMPT, agent_events.PRE_TOOL, agent_events.POST_TOOL}

    def answer(self, event: Event, decision: Decision) -> Answer:
        """What the hook's process prints and returns for a decision."""
        if decision.action is Action.ALLOW:
            return Answer("{}\n")
        if decision.action is Action.WARN:
            return json_answer({"contextModification": decision.reason})
        if decision.action is Action.REPLACE and self.replaces(event):
            return json_answer({"overrideInput": decision.value})
        return json_answer({"cancel": True, "errorMessage": decision.reason})
