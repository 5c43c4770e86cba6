"""Junie CLI: blocks prompts of the terminal interface and tool calls; it has no event after a tool."""

from __future__ import annotations

from keyscan.agents.protocols.interface import ClaudeLike


class Junie(ClaudeLike):
    """Answers as another product's adapter of October 2026 gives them."""

    replaces_input = False
