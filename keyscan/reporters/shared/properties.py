"""What a dashboard may filter by, beyond what SARIF has places for."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from keyscan.reporters.shared.escape import clean, name_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.model.finding import Finding

_LISTED = 100
_MAIL = re.compile(r"<?[^\s<>]*@[^\s<>]*>?")


def facts(finding: Finding) -> Iterator[tuple[str, Any]]:
    """Names and values; of who and when, neither an e-mail address nor a commit's message."""
    yield "severity", finding.severity.label
    yield "precision", finding.precision.label
    yield "provider", clean(finding.provider)
    yield "redacted", clean(finding.redacted)
    if finding.validity:
        known = finding.validity
        yield "validity", known.status
        yield "validityReason", known.reason or None
        yield "validityHost", clean(known.host) or None
        yield "validityChecked", known.checked or None
        whose = {clean(name): _MAIL.sub("", clean(value)).strip() for name, value in known.identity}
        yield "identity", {name: value for name, value in whose.items() if value} or None
    origin, history = finding.origin, finding.provenance
    if finding.location.decoded:
        yield "decoded", clean(finding.location.decoded)
    if origin.commit:
        yield "commit", origin.commit
        yield "author", _MAIL.sub("", clean(origin.author or "")).strip()
        yield "date", origin.date
    if history:
        yield "commits", history.commits
        yield "paths", [name_of(path) for path in history.paths[:_LISTED]]
        yield "inHead", history.in_head
        yield "branches", [clean(branch) for branch in history.in_branches[:_LISTED]]
        yield "firstSeen", history.first_seen
        yield "exposedDays", history.exposed_days
        yield "overdue", history.overdue
