"""Mistral Vibe: denies and rewrites tool calls, replaces outputs, failed tools' too; it has no prompt event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.agents.events import Action, Answer
from keyscan.agents.protocols.interface import json_answer, plain_text
from keyscan.catalog import agent_events

if TYPE_CHECKING:
    from keyscan.agents.events import Decision, Event


class MistralVibe:
    """Answers as Vibe 2 and 3 take them; with `strict`, output that is no JSON counts as a failure."""

    def replaces(self, event: Event) -> bool:
        """Inputs and outputs."""
        return event.kind in {agent_events.PRE_TOOL, agent_events.POST_TOOL}

    def withholds(self, event: Event) -> bool:
        """Both can be denied."""
        return event.kind in {agent_events.PRE_TOOL, agent_events.POST_TOOL}

    def answer(self, event: Event, decision: Decision) -> Answer:
        """What the hook's process prints and returns for a decision."""
        if decision.action is Action.ALLOW:
            return Answer("{}\n")
        if decision.action is Action.WARN:
            return Answer("{}\n", stderr=decision.reason + "\n")
        if decision.action is Action.REPLACE:
            if event.kind == agent_events.PRE_TOOL:
                return json_answer({"hook_specific_output": {"tool_input": decision.value}})
            return json_answer({"decision": "deny", "reason": plain_text(decision.value) or "(no output)"})
        return json_answer({"decision": "deny", "reason": decision.reason})
