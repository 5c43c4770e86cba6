"""GitLab's Code Quality report: an array that every tier shows in the merge request."""

from __future__ import annotations

import hashlib
from collections import Counter
from typing import TYPE_CHECKING, Any

from keyscan.model.rule import Severity
from keyscan.reporters.shared.escape import clean, json_line, safe_json
from keyscan.reporters.shared.paths import shown_path

if TYPE_CHECKING:
    from keyscan.model.finding import Finding
    from keyscan.model.report import Report

_SEVERITIES = {
    Severity.INFO: "info",
    Severity.LOW: "minor",
    Severity.MEDIUM: "major",
    Severity.HIGH: "critical",
    Severity.CRITICAL: "blocker",
}


def render(report: Report) -> str:
    """The report as Code Quality's array; it has no place for what was skipped, the exit code tells that."""
    counts: Counter[str] = Counter()
    lines = []
    for finding in report.findings:
        place = _place(finding, report)
        counts[place] += 1
        # A repeated fingerprint would be dropped, so occurrences are counted.
        lines.append(json_line(_entry(finding, f"{place}\0{counts[place]}", report)))
    return safe_json("[\n" + ",\n".join(lines) + "\n]\n") if lines else "[]\n"


def _place(finding: Finding, report: Report) -> str:
    """What identifies a finding, without its line: it stays the same when lines move."""
    return f"{finding.fingerprint}\0{shown_path(finding.origin.path, report)}\0{finding.origin.commit or ''}"


def _entry(finding: Finding, identity: str, report: Report) -> dict[str, Any]:
    path = shown_path(finding.origin.path, report)
    return {
        "description": f"{clean(finding.rule_name)}: {clean(finding.redacted)}",
        "check_name": finding.rule_id,
        "fingerprint": hashlib.sha256(identity.encode()).hexdigest(),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": path, "lines": {"begin": finding.location.line, "end": finding.location.end_line}},
    }
