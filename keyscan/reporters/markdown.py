"""Markdown: a summary, a table of the findings, what to do for each kind, and the coverage."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from keyscan.model.rule import Severity
from keyscan.reporters.shared import rule_summary
from keyscan.reporters.shared.escape import cell, code, prose
from keyscan.reporters.shared.headline import headline
from keyscan.reporters.shared.notifications import notices
from keyscan.reporters.shared.paths import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.model.finding import Finding
    from keyscan.model.report import Report
    from keyscan.reporters.shared.notifications import Notice

# Notices that are listed; the rest is counted.
_NOTICES = 100


def render(report: Report) -> str:
    """The whole report."""
    return document(report, limit=None)


def document(report: Report, limit: int | None) -> str:
    """The report in at most `limit` bytes: the most severe findings first, and how many have no row."""
    head = "\n".join([*_summary(report), ""])
    tail = "\n".join([*_what_to_do(report), *_coverage(report)]) + "\n"
    if limit is not None and len((head + tail).encode()) > limit // 2:
        tail = "\n".join(_coverage(report)) + "\n"
    ranked = sorted(report.findings, key=lambda finding: (-finding.severity, finding.sort_key))
    rows = _rows(ranked, report, None if limit is None else limit - len((head + tail).encode()) - 1000)
    left_out = len(ranked) - len(rows)
    more = [f"\n**{left_out} more findings are not listed here: there is no room.**"] if left_out else []
    return "\n".join([head, *_table(rows), *more, "", tail])


def _summary(report: Report) -> Iterator[str]:
    yield "# keyscan"
    yield ""
    yield f"**{prose(headline(report).removeprefix('keyscan: '))}**"
    if report.findings:
        counts = Counter(finding.severity for finding in report.findings)
        yield ""
        yield "| severity | findings |"
        yield "| --- | ---: |"
        for severity in sorted(Severity, reverse=True):
            if counts[severity]:
                yield f"| {severity.label} | {counts[severity]} |"


def _rows(findings: list[Finding], report: Report, limit: int | None) -> list[str]:
    rows = []
    size = 0
    for finding in findings:
        row = _row(finding, report)
        size += len(row.encode()) + 1
        if limit is not None and size > limit:
            break
        rows.append(row)
    return rows


def _row(finding: Finding, report: Report) -> str:
    where = finding.location
    place = f"{shown_path(finding.origin.path, report)}:{where.line}:{where.column}"
    cells = [
        finding.severity.label,
        prose(finding.rule_name),
        code(place) + (f" in cell {where.cell}" if where.cell is not None else ""),
        code(finding.redacted),
        _since(finding),
        code(finding.fingerprint),
    ]
    return f"| {' | '.join(map(cell, cells))} |"


def _since(finding: Finding) -> str:
    parts = []
    if finding.origin.commit:
        parts.append(f"{code(finding.origin.commit[:12])} by {code(finding.origin.author or 'unknown')}")
    if finding.origin.date:
        parts.append(f"on {prose(finding.origin.date[:10])}")
    if finding.provenance and finding.provenance.exposed_days is not None:
        parts.append(f"({finding.provenance.exposed_days} days exposed)")
    return " ".join(parts)


def _table(rows: list[str]) -> list[str]:
    if not rows:
        return []
    head = ["## Findings", "", "| severity | what | where | found | commit | fingerprint |"]
    return [*head, "| --- | --- | --- | --- | --- | --- |", *rows]


def _what_to_do(report: Report) -> Iterator[str]:
    shown = {finding.rule_id for finding in report.findings}
    if not shown:
        return
    yield "## What to do"
    for summary in rule_summary.summaries(report).values():
        if summary.id not in shown:
            continue
        yield ""
        yield f"### {prose(summary.name)}"
        yield ""
        if summary.help.opens:
            yield f"It gives access to: {prose(summary.help.opens)}"
            yield ""
        yield from (f"{number}. {prose(step)}" for number, step in enumerate(rule_summary.steps(summary), 1))
        if summary.help.revoke_url:
            yield ""
            yield f"Revoke it here: {rule_summary.link(summary.help.revoke_url)}"
    yield ""


def _coverage(report: Report) -> Iterator[str]:
    listed = list(notices(report))
    if not listed:
        return
    yield "## Notes on the coverage"
    yield ""
    yield from (f"- {_said(notice)}" for notice in listed[:_NOTICES])
    if len(listed) > _NOTICES:
        yield f"- {len(listed) - _NOTICES} more"


def _said(notice: Notice) -> str:
    return f"{code(notice.path)}: {prose(notice.text)}" if notice.path else prose(notice.text)
