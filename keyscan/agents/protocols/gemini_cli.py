"""Gemini CLI: rewrites each request to the model, merges inputs, replaces outputs by a text marked as an error."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.agents.events import Action, Answer
from keyscan.agents.protocols.interface import json_answer, plain_text, specific
from keyscan.catalog import agent_events

if TYPE_CHECKING:
    from keyscan.agents.events import Decision, Event


class GeminiCli:
    """Answers as Gemini CLI 0.61 takes them."""

    def replaces(self, event: Event) -> bool:
        """Everything but the prompt itself, which the request to the model stands for."""
        return event.kind in {agent_events.MODEL, agent_events.PRE_TOOL, agent_events.POST_TOOL}

    def withholds(self, event: Event) -> bool:
        """A block works on all events that decide."""
        return event.kind in {agent_events.PROMPT, agent_events.MODEL, agent_events.PRE_TOOL, agent_events.POST_TOOL}

    def answer(self, event: Event, decision: Decision) -> Answer:
        """What the hook's process prints and returns for a decision."""
        if decision.action is Action.ALLOW:
            return Answer("{}\n")
        if decision.action is Action.WARN:
            return json_answer({"systemMessage": decision.reason})
        if decision.action is Action.REPLACE:
            if event.kind == agent_events.MODEL:
                return json_answer(specific(event, llm_request={"messages": decision.value}))
            if event.kind == agent_events.PRE_TOOL:
                return json_answer(specific(event, tool_input=decision.value))
            if event.kind == agent_events.POST_TOOL:
                return json_answer({"decision": "deny", "reason": plain_text(decision.value)})
        return json_answer({"decision": "deny", "reason": decision.reason})
