"""What a key's issuer says of it, as text: shared by the formats."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.reporters.shared.escape import clean

if TYPE_CHECKING:
    from keyscan.model.finding import Finding, Validity

# How each status is shown: its colour on a terminal, its class on a page.
COLORS = {"live": "1;31", "limited": "33", "dead": "32", "unknown": "36", "not-checked": "2"}
CLASSES = {"live": "critical", "limited": "medium", "dead": "good", "unknown": "low", "not-checked": "soft"}


def sentence(known: Validity) -> str:
    """Reason, who was asked, and whose the key is, on one line without control characters."""
    parts = [known.detail] if known.detail else []
    if known.host:
        parts.append(f"asked: {known.host}")
    parts += [f"{name}: {value}" for name, value in known.identity]
    return clean("; ".join(parts))


def word(known: Validity) -> str:
    """The status, with its reason in parentheses."""
    return clean(f"{known.status} ({known.reason})" if known.reason else known.status)


def line(finding: Finding) -> str:
    """Status and sentence of a finding; empty if it was not checked."""
    if not finding.validity:
        return ""
    text = sentence(finding.validity)
    return f"{word(finding.validity)}: {text}" if text else word(finding.validity)
