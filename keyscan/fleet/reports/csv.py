"""CSV for spreadsheets: a row for each location of each secret, then a row for each repository that is not covered."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from keyscan.reporters.csv import cell

if TYPE_CHECKING:
    from keyscan.fleet.summary import Summary

_COLUMNS = (
    "type", "repository", "status", "reason", "rule", "provider", "severity", "redacted", "fingerprint", "path", "line",
    "commit", "author", "date", "exposed_days", "owners", "new", "validity", "identity",
)  # fmt: skip


def render(summary: Summary) -> str:
    """The summary as rows under a header; no cell is taken for a formula."""
    out = io.StringIO()
    writer = csv.DictWriter(out, _COLUMNS, restval="", quoting=csv.QUOTE_ALL)
    writer.writeheader()
    for secret in summary.secrets:
        for place in secret.places:
            finding = place.finding
            known = finding.provenance
            row = {
                "type": "secret", "repository": place.repository, "rule": finding.rule_id, "provider": finding.provider,
                "severity": finding.severity.label, "redacted": finding.redacted, "fingerprint": finding.fingerprint,
                "path": finding.origin.path, "line": finding.location.line, "commit": finding.origin.commit,
                "author": finding.origin.author, "date": finding.origin.date,
                "exposed_days": known.exposed_days if known else None, "owners": " ".join(place.owners),
                "new": secret.new, "validity": finding.validity.status if finding.validity else "",
                "identity": "; ".join(f"{n}: {v}" for n, v in finding.validity.identity) if finding.validity else "",
            }  # fmt: skip
            writer.writerow({name: cell(value) for name, value in row.items()})
    for missing in summary.coverage.missing:
        row = {"type": "not-covered", "repository": missing["name"]}
        row |= {"status": missing["status"], "reason": missing["reason"]}
        writer.writerow({name: cell(value) for name, value in row.items()})
    return out.getvalue()
