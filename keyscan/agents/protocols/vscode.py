"""VS Code's local agent: stops prompts, rewrites inputs; its outputs cannot be replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.agents.protocols.interface import ClaudeLike, json_answer

if TYPE_CHECKING:
    from keyscan.agents.events import Answer, Event


class VsCode(ClaudeLike):
    """Answers as the source of March 2026 takes them."""

    def stopped(self, event: Event, reason: str) -> Answer:
        """A prompt that is not sent."""
        del event
        return json_answer({"continue": False, "stopReason": reason})
