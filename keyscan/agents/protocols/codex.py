"""Codex: blocks prompts, rewrites inputs, replaces outputs by a text; an unknown key makes an answer void."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.agents.protocols.interface import ClaudeLike, json_answer, plain_text, specific
from keyscan.catalog import agent_events

if TYPE_CHECKING:
    from keyscan.agents.events import Answer, Decision, Event


class Codex(ClaudeLike):
    """Answers as Codex 0.171 takes them; each of its objects forbids keys that it does not know."""

    def replaces(self, event: Event) -> bool:
        """Inputs, and outputs whether the tool succeeded or not."""
        return event.kind in {agent_events.PRE_TOOL, agent_events.POST_TOOL}

    def input_replaced(self, event: Event, decision: Decision) -> Answer:
        """Another input; it counts only together with `allow`, which leaves the sandbox and approvals as they are."""
        return json_answer(specific(event, permissionDecision="allow", updatedInput=decision.value))

    def output_replaced(self, event: Event, decision: Decision) -> Answer:
        """Another output: the reason of a block becomes the result that the model sees."""
        del event
        return json_answer({"decision": "block", "reason": plain_text(decision.value) or "(no output)"})
