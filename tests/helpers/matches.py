"""Matches made by hand, for what judges them."""

from __future__ import annotations

from keyscan.model.match import Match
from keyscan.model.rule import Precision, Rule, Severity

RULE = "anthropic-api-key"


def rule(**changes):
    """A rule, as far as suppressions look at it."""
    fields = {"id": RULE, "name": "Anthropic API key", "provider": "Anthropic", "category": "ai", "pattern": "x"}
    return Rule(**{
        **fields, "keywords": ("x",), "severity": Severity.HIGH, "precision": Precision.HIGH, "max_length": 9, **changes
    })  # fmt: skip


def match(data: bytes, secret: bytes, **changes):
    """A match of `secret` in `data`."""
    at = data.index(secret)
    return Match(rule(**changes), at, at + len(secret), at, at + len(secret), secret)
