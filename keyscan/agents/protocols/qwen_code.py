"""Qwen Code: blocks prompts and tools, replaces outputs by a text; a failed tool's output cannot be replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.agents.protocols.interface import ClaudeLike, json_answer, plain_text
from keyscan.catalog import agent_events

if TYPE_CHECKING:
    from keyscan.agents.events import Answer, Decision, Event


class QwenCode(ClaudeLike):
    """Answers as Qwen Code 0.24 takes them; a rewritten input is documented and was not used by it."""

    replaces_input = False

    def replaces(self, event: Event) -> bool:
        """Outputs of tools that succeeded."""
        return event.kind == agent_events.POST_TOOL

    def output_replaced(self, event: Event, decision: Decision) -> Answer:
        """Another output: the stop reason becomes the result, and the turn goes on."""
        del event
        return json_answer({"continue": False, "stopReason": plain_text(decision.value) or "(no output)"})
