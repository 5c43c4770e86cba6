"""Claude Code: blocks prompts, rewrites inputs, replaces outputs in the tool's own shape; not a failed tool's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.agents.protocols.interface import ClaudeLike, json_answer, specific
from keyscan.catalog import agent_events

if TYPE_CHECKING:
    from keyscan.agents.events import Answer, Decision, Event


class ClaudeCode(ClaudeLike):
    """Answers as Claude Code 2.1.332 takes them."""

    def replaces(self, event: Event) -> bool:
        """Inputs and outputs of tools that succeeded (2.1.121 and later)."""
        return event.kind in {agent_events.PRE_TOOL, agent_events.POST_TOOL}

    def stopped(self, event: Event, reason: str) -> Answer:
        """A prompt that is not sent; without the suppression the message would repeat it."""
        return json_answer({"decision": "block", "reason": reason, **specific(event, suppressOriginalPrompt=True)})

    def output_replaced(self, event: Event, decision: Decision) -> Answer:
        """Another output, which must have the shape of the tool's own."""
        return json_answer(specific(event, updatedToolOutput=decision.value))
