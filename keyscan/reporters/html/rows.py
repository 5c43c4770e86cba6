"""The rows of the page's table of findings: one for each secret, with its other places and its details folded up."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.reporters.html import timeline
from keyscan.reporters.html.validity import validity_attribute, validity_badge
from keyscan.reporters.shared import validity
from keyscan.reporters.shared.html_escape import code, esc, fragment
from keyscan.reporters.shared.paths import shown_path
from keyscan.support.plural import plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.model.finding import Finding, Related
    from keyscan.model.report import Report
    from keyscan.reporters.shared.rule_summary import RuleSummary

# Other places of a secret that a row lists; the rest is counted.
MAX_PLACES = 200


def secret_row(places: Sequence[Finding], number: int, summary: RuleSummary, report: Report) -> str:
    """The row of a secret: its worst place, how many others there are, and everything else on demand.

    `places` are the findings of the secret, the worst first; `number` is the row's place in the order of the page.
    """
    finding = places[0]
    path = shown_path(finding.origin.path, report)
    period = timeline.exposure_period(finding, report)
    days = "" if period is None else str(period.days)
    entered = "" if period is None else period.start.date().isoformat()
    gone = finding.provenance is not None and finding.provenance.in_head is False
    label = finding.severity.label
    attributes = (
        f'data-at="{number}" data-severity="{int(finding.severity)}" data-what="{esc(finding.rule_name)}" '
        f'data-path="{esc(path)}" data-provider="{esc(finding.provider)}" data-entered="{entered}" '
        f'data-days="{days}" data-state="{"gone" if gone else "present"}"'
        f"{validity_attribute(finding)}"
    )
    return (
        f'<tr {attributes}><td class="tag {label}">{label}</td>'
        f"<td>{esc(finding.rule_name)}<br>{code(finding.redacted)}{validity_badge(finding)}</td>"
        f"<td>{_place(finding, report)}{_also(places, report)}"
        f"{_gone(finding) if gone else ''}"
        f"{_on_paper(finding)}<details><summary>more</summary>{_details(finding, summary, report)}"
        "</details></td>"
        f'<td data-label="introduced">{entered or "unknown"}</td>'
        f'<td class="number" data-label="days exposed">{days}</td></tr>'
    )


def _place(finding: Finding, report: Report) -> str:
    where = finding.location
    cell = f" in cell {where.cell}" if where.cell is not None else ""
    return code(f"{shown_path(finding.origin.path, report)}:{where.line}:{where.column}") + cell


def _also(places: Sequence[Finding], report: Report) -> str:
    """The other places of a secret, folded up; above `MAX_PLACES` the rest is counted."""
    others = places[1:]
    if not others:
        return ""
    items = "".join(f"<li>{_place(finding, report)}</li>" for finding in others[:MAX_PLACES])
    if len(others) > MAX_PLACES:
        items += f"<li>and {len(others) - MAX_PLACES} more</li>"
    count = plural(len(others), "other place")
    return f'<details><summary>and in {count}</summary><ul class="inner">{items}</ul></details>'


def _gone(finding: Finding) -> str:
    """That a secret is only in history now, and since which commit."""
    history = finding.provenance
    if not history or not history.removed_in:
        return '<br><span class="soft">only in history</span>'
    day = esc((history.removed or "")[:10])
    commit = code(history.removed_in[:12])
    return f'<br><span class="soft">only in history, removed in {commit} <time>on {day}</time></span>'


def _on_paper(finding: Finding) -> str:
    """Commit, author and fingerprint, for print: a reader of paper opens no details."""
    origin = finding.origin
    author = f" by {esc(origin.author)}" if origin.author else ""
    commit = f"commit {code(origin.commit[:12])}{author}, " if origin.commit else ""
    return f'<div class="paper">{commit}fingerprint {code(finding.fingerprint)}</div>'


def _details(finding: Finding, summary: RuleSummary, report: Report) -> str:
    origin, history = finding.origin, finding.provenance
    lines = [("why", esc("; ".join(finding.evidence) or finding.message)), ("rule", code(finding.rule_id))]
    if finding.validity:
        lines.append(("state", esc(validity.line(finding))))
    if origin.commit:
        who = f" by {esc(origin.author)}" if origin.author else ""
        lines.append(("commit", f"{code(origin.commit[:12])}{who}, {esc(origin.date or '')}"))
    if history:
        lines.append(("commits that hold it", str(history.commits)))
        if history.in_branches:
            lines.append(("branches", ", ".join(code(branch) for branch in history.in_branches[:20])))
        if history.paths:
            lines.append(("paths", ", ".join(code(path) for path in history.paths[:20])))
    lines += [("also", _related(related, report)) for related in finding.related[:20]]
    lines.append(("fingerprint", code(finding.fingerprint)))
    items = "".join(f'<li><span class="soft">{label}:</span> {text}</li>' for label, text in lines)
    return f'<ul class="inner">{items}<li><a href="#{fragment(summary.id)}">what to do</a></li></ul>'


def _related(related: Related, report: Report) -> str:
    spot = f":{related.location.line}:{related.location.column}" if related.location else ""
    commit = f" in {code(related.commit[:12])}" if related.commit else ""
    return f"{esc(related.message)}: {code(shown_path(related.path, report) + spot)}{commit}"
