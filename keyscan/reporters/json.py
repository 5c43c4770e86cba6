"""JSON, version 1: documented in `docs/output.md`, described by `keyscan/reporters/schema-v1.json`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from keyscan._version import __version__
from keyscan.reporters.shared.escape import name_of, safe_json

if TYPE_CHECKING:
    from keyscan.model.blob import Origin
    from keyscan.model.finding import Finding, Provenance, Validity
    from keyscan.model.report import Report


def render(report: Report) -> str:
    """The report as one JSON document."""
    return safe_json(json.dumps(document(report), indent=2)) + "\n"


def document(report: Report) -> dict[str, Any]:
    """The report as the JSON document's data."""
    return {
        "version": 1,
        "tool": {"name": "keyscan", "version": __version__},
        "findings": [entry(finding) for finding in report.findings],
        "skipped": [{"path": name_of(skip.path), "reason": skip.reason} for skip in report.skipped],
        "notes": [name_of(note) for note in report.notes],
        "stats": {
            "files": report.stats.files,
            "blobs": report.stats.blobs,
            "commits": report.stats.commits,
            "bytes": report.stats.bytes,
            "rules": report.stats.rules,
            "seconds": round(report.run.seconds, 3),
        },
        "complete": report.complete,
    }


def entry(finding: Finding) -> dict[str, Any]:
    """One finding as data; fields that do not apply are None."""
    where, origin = finding.location, finding.origin
    fields: dict[str, Any] = {
        "rule": finding.rule_id,
        "provider": finding.provider,
        "severity": finding.severity.label,
        "precision": finding.precision.label,
        "path": name_of(origin.path),
        "line": where.line,
        "column": where.column,
        "end_line": where.end_line,
        "end_column": where.end_column,
        "redacted": finding.redacted,
        "fingerprint": finding.fingerprint,
        "message": finding.message,
        "help_url": finding.help.revoke_url or finding.help.link or None,
        "commit": origin.commit,
        "author": origin.author,
        "date": origin.date,
    }
    if finding.provenance:
        fields["provenance"] = _provenance(finding.provenance, origin)
    if finding.validity:
        fields["validity"] = validity(finding.validity)
    if finding.secret is not None:
        fields["secret"] = finding.secret
    return fields


def validity(known: Validity) -> dict[str, Any]:
    """What the issuer says of a key, as data."""
    return {
        "status": known.status,
        "reason": known.reason,
        "detail": known.detail,
        "host": known.host,
        "checked": known.checked or None,
        "identity": dict(known.identity),
    }


def _provenance(known: Provenance, origin: Origin) -> dict[str, Any]:
    return {
        "email": origin.email,
        "blob": origin.blob,
        "first_seen": known.first_seen,
        "removed": known.removed,
        "removed_in": known.removed_in,
        "exposed_days": known.exposed_days,
        "overdue": known.overdue,
        "commits": known.commits,
        "paths": [name_of(path) for path in known.paths],
        "in_head": known.in_head,
        "branches": [name_of(branch) for branch in known.in_branches],
    }
