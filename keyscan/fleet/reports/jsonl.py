"""JSON Lines: one line for the coverage, one for each repository that is not covered, one for each secret."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyscan.reporters.json import entry
from keyscan.reporters.shared.escape import json_line, safe_json

if TYPE_CHECKING:
    from keyscan.fleet.summary import Secret, Summary


def render(summary: Summary) -> str:
    """The summary as lines of JSON, each with its `type`."""
    counts = summary.coverage
    lines: list[dict[str, Any]] = [
        {
            "type": "coverage",
            "asked": counts.asked,
            "covered": counts.covered,
            "statuses": counts.statuses,
            "filtered": counts.filtered,
            "complete": not counts.missing and not summary.interrupted,
            **summary.totals,
        }
    ]
    lines += [
        {"type": "not-covered", "repository": row["name"], "status": row["status"], "reason": row["reason"]}
        for row in counts.missing
    ]
    lines += [_secret(secret) for secret in summary.secrets]
    return "".join(safe_json(json_line(line)) + "\n" for line in lines)


def _secret(secret: Secret) -> dict[str, Any]:
    first = secret.first
    return {
        "type": "secret",
        "rule": first.rule_id,
        "provider": first.provider,
        "severity": first.severity.label,
        "redacted": first.redacted,
        "fingerprint": first.fingerprint,
        "new": secret.new,
        "exposed_days": secret.days,
        "owners": list(secret.owners),
        "places": [{"repository": place.repository, **entry(place.finding)} for place in secret.places],
    }
