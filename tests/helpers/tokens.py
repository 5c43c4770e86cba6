"""Fake secrets, made at run time."""

from __future__ import annotations

from keyscan.ruleset import templates


def token(template: str, seed: str = "test") -> str:
    """A well-formed fake secret made at run time from a rule's template syntax."""
    return templates.expand(template, seed)


def key(seed: str = "test") -> str:
    """A well-formed fake Anthropic key."""
    return token("sk-ant-api03-{b64url:93}AA", seed)
