"""Windsurf (Devin Desktop): exit status 2 of a `pre_` hook stops; nothing can be replaced."""

from __future__ import annotations

from keyscan.agents.protocols.interface import ExitTwo


class Windsurf(ExitTwo):
    """Answers as its documents say."""
