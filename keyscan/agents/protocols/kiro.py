"""Kiro: exit status 2 stops a prompt or a tool; nothing can be replaced."""

from __future__ import annotations

from keyscan.agents.protocols.interface import ExitTwo


class Kiro(ExitTwo):
    """Answers as its documents say."""
