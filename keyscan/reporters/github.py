"""Annotations for GitHub Actions: workflow commands on standard output, at most ten, the most severe first.

Each secret has one before any has a second: a key in many files leaves room for the others.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.model.rule import Severity
from keyscan.reporters.shared.escape import clean
from keyscan.reporters.shared.grouping import distinct_first
from keyscan.reporters.shared.headline import headline
from keyscan.reporters.shared.paths import shown_path

if TYPE_CHECKING:
    from keyscan.model.finding import Finding
    from keyscan.model.report import Report

# The platform shows no more of them a step.
MAX_ANNOTATIONS = 10
_COMMANDS = {Severity.CRITICAL: "error", Severity.HIGH: "error", Severity.MEDIUM: "warning"}


def render(report: Report) -> str:
    """The annotations, and as a last plain line what was found and covered."""
    lines = []
    if not report.complete:
        unread = [skip for skip in report.skipped if skip.incomplete]
        named = f"{unread[0].path}: {unread[0].reason}" if unread else "interrupted"
        lines.append(f"::error title=keyscan%3A incomplete::{_data(f'{len(unread)} not read, first {named}')}")
    ranked = distinct_first(report.findings)
    room = MAX_ANNOTATIONS - len(lines)
    lines += [_annotation(finding, report) for finding in ranked[:room]]
    if len(ranked) > room:
        lines.append(f"keyscan: {len(ranked) - room} more findings have no annotation: a step shows {MAX_ANNOTATIONS}.")
    return "\n".join([*lines, headline(report)]) + "\n"


def _annotation(finding: Finding, report: Report) -> str:
    where = finding.location
    properties = [
        f"file={_property(shown_path(finding.origin.path, report))}",
        f"line={where.line}",
        f"endLine={where.end_line}",
        f"col={where.column}",
    ]
    # Columns of a region over several lines are not shown, and refused by some viewers.
    if where.line == where.end_line:
        properties.append(f"endColumn={where.end_column}")
    properties.append(f"title={_property(f'keyscan: {finding.rule_name}')}")
    do = f" Revoke it: {finding.help.revoke_url}" if finding.help.revoke_url else " Revoke it where it was created."
    commit = f" (commit {finding.origin.commit[:12]})" if finding.origin.commit else ""
    text = f"{finding.severity.label}: {finding.redacted}{commit}.{do} Fingerprint: {finding.fingerprint}"
    return f"::{_COMMANDS.get(finding.severity, 'notice')} {','.join(properties)}::{_data(text)}"


def _data(text: str) -> str:
    """`text` for a command's message: one line that contains no other command."""
    return clean(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """`text` for a command's property; the runner turns these escapes back."""
    return (
        clean(text)
        .replace("%", "%25")
        .replace("\r", "%0D")
        .replace("\n", "%0A")
        .replace(":", "%3A")
        .replace(",", "%2C")
    )
