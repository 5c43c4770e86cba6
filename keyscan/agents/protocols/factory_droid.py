"""Factory Droid: Claude's protocol without a replacement of outputs."""

from __future__ import annotations

from keyscan.agents.protocols.interface import ClaudeLike


class FactoryDroid(ClaudeLike):
    """Answers as its documents say; an input is rewritten without approving the call."""
