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
    lines = [json_line(_entry(finding, counts, report)) for finding in report.findings]
    return safe_json("[\n" + ",\n".join(lines) + "\n]\n") if lines else "[]\n"


def _entry(finding: Finding, counts: Counter[str], report: Report) -> dict[str, Any]:
    path = shown_path(finding.origin.path, report)
    # No line in it, so that it stays when lines move; a repeated one would be dropped, so occurrences are counted.
    place = f"{finding.fingerprint}\0{path}\0{finding.origin.commit or ''}"
    counts[place] += 1
    return {
        "description": f"{clean(finding.rule_name)}: {clean(finding.redacted)}",
        "check_name": finding.rule_id,
        "fingerprint": hashlib.sha256(f"{place}\0{counts[place]}".encode()).hexdigest(),
        "severity": _SEVERITIES[finding.severity],
        "location": {"path": path, "lines": {"begin": finding.location.line, "end": finding.location.end_line}},
    }
