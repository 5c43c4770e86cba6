"""Markdown: a summary, a table with a row for each secret, what to do for each kind, and the coverage."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from keyscan.model.rule import Severity
from keyscan.reporters.shared import rule_summary
from keyscan.reporters.shared.escape import cell, code, prose
from keyscan.reporters.shared.grouping import by_secret
from keyscan.reporters.shared.headline import headline
from keyscan.reporters.shared.notifications import notices
from keyscan.reporters.shared.paths import shown_path
from keyscan.support.plural import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.model.finding import Finding
    from keyscan.model.report import Report
    from keyscan.reporters.shared.notifications import Notice

# Notices, and other places of a secret, that are listed; the rest is counted.
_NOTICES, _ALSO = 100, 3


def render(report: Report) -> str:
    """The whole report."""
    return document(report, limit=None)


def document(report: Report, limit: int | None) -> str:
    """The report in at most `limit` bytes: the most severe findings first, and how many have no row."""
    head = "\n".join([*_summary(report), ""])
    tail = "\n".join([*_what_to_do(report), *_coverage(report)]) + "\n"
    if limit is not None and len((head + tail).encode()) > limit // 2:
        tail = "\n".join(_coverage(report)) + "\n"
    secrets = by_secret(report.findings)
    rows = _rows(secrets, report, None if limit is None else limit - len((head + tail).encode()) - 1000)
    left_out = len(secrets) - len(rows)
    more = [f"\n**{left_out} more findings are not listed here: there is no room.**"] if left_out else []
    return "\n".join([head, *_table(rows), *more, "", tail])


def _summary(report: Report) -> Iterator[str]:
    yield "# keyscan"
    yield ""
    yield f"**{prose(headline(report).removeprefix('keyscan: '))}**"
    if report.findings:
        secrets = by_secret(report.findings)
        counts = Counter(places[0].severity for places in secrets)
        places = Counter(finding.severity for finding in report.findings)
        several = len(secrets) < len(report.findings)
        yield ""
        yield f"| severity | findings |{' places |' if several else ''}"
        yield f"| --- | ---: |{' ---: |' if several else ''}"
        for severity in sorted(Severity, reverse=True):
            if places[severity]:
                yield f"| {severity.label} | {counts[severity]} |{f' {places[severity]} |' if several else ''}"


def _rows(secrets: list[tuple[Finding, ...]], report: Report, limit: int | None) -> list[str]:
    rows = []
    size = 0
    for places in secrets:
        row = _row(places, report)
        size += len(row.encode()) + 1
        if limit is not None and size > limit:
            break
        rows.append(row)
    return rows


def _row(places: tuple[Finding, ...], report: Report) -> str:
    finding = places[0]
    cells = [
        finding.severity.label,
        prose(finding.rule_name),
        _where(places, report),
        code(finding.redacted),
        _since(finding),
        code(finding.fingerprint),
    ]
    return f"| {' | '.join(map(cell, cells))} |"


def _where(places: tuple[Finding, ...], report: Report) -> str:
    """The worst place of a secret, and how many others there are, the first of them by name."""
    first, *others = (_place(finding, report) for finding in places)
    if not others:
        return first
    more = f" and {len(others) - _ALSO} more" if len(others) > _ALSO else ""
    return f"{first} and in {plural(len(others), 'other place')}: {', '.join(others[:_ALSO])}{more}"


def _place(finding: Finding, report: Report) -> str:
    where = finding.location
    cell = f" in cell {where.cell}" if where.cell is not None else ""
    return code(f"{shown_path(finding.origin.path, report)}:{where.line}:{where.column}") + cell


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
