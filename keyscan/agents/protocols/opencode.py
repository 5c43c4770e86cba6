"""opencode: the plugin that `keyscan agent install` writes sends events and puts the answer in their place."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.agents.events import Action, Answer
from keyscan.agents.protocols.interface import json_answer
from keyscan.catalog import agent_events

if TYPE_CHECKING:
    from keyscan.agents.events import Decision, Event


class OpenCode:
    """`{"replace": value}` for the part of the event that is redacted, `{"error": text}` for what is stopped."""

    def replaces(self, event: Event) -> bool:
        """Prompts, requests, inputs and outputs."""
        return event.kind in {agent_events.PROMPT, agent_events.MODEL, agent_events.PRE_TOOL, agent_events.POST_TOOL}

    def withholds(self, event: Event) -> bool:
        """An error text takes the place of what the event holds."""
        return self.replaces(event)

    def answer(self, event: Event, decision: Decision) -> Answer:
        """What the hook's process prints and returns for a decision."""
        if decision.action is Action.ALLOW:
            return Answer("{}\n")
        if decision.action is Action.REPLACE and self.replaces(event):
            return json_answer({"replace": decision.value})
        if decision.action is Action.BLOCK:
            return json_answer({"error": decision.reason})
        return json_answer({"warning": decision.reason})
