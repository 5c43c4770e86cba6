"""One line for each finding, most severe first: for a quick look, for `grep`, and for editors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.reporters.shared.escape import clean
from keyscan.reporters.shared.headline import headline
from keyscan.reporters.shared.terminal import COLORS, Paint, place_of

if TYPE_CHECKING:
    from keyscan.model.finding import Finding
    from keyscan.model.report import Report


def render(report: Report, *, color: bool = False) -> str:
    """Place, severity, rule, redacted secret and fingerprint of each finding; what was not read; the coverage."""
    paint = Paint(color)
    ordered = sorted(report.findings, key=lambda finding: (-finding.severity, finding.sort_key))
    lines = [_line(finding, paint) for finding in ordered]
    lines += [f"not read: {clean(skip.path)}: {clean(skip.reason)}" for skip in report.skipped if skip.incomplete]
    return "\n".join([*lines, headline(report, paint)]) + "\n"


def _line(finding: Finding, paint: Paint) -> str:
    severity = paint(COLORS[finding.severity], finding.severity.label)
    commit = f" in {clean(finding.origin.commit[:12])}" if finding.origin.commit else ""
    what = f"{clean(finding.rule_id)} {clean(finding.redacted)} {clean(finding.fingerprint)}"
    return f"{place_of(finding)}: {severity} {what}{commit}"
