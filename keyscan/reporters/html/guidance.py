"""What to do about the findings of a report: the steps of each rule, each set of steps once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.reporters.shared import rule_summary
from keyscan.reporters.shared.html_escape import anchor, element, esc, fragment
from keyscan.reporters.shared.rule_summary import importance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.model.report import Report
    from keyscan.reporters.shared.rule_summary import RuleSummary


def section(report: Report, summaries: dict[str, RuleSummary]) -> Iterator[str]:
    """The section; empty when nothing was found."""
    shown = list(dict.fromkeys(finding.rule_id for finding in sorted(report.findings, key=importance)))
    if not shown:
        return
    yield "<h2>What to do</h2>"
    # Rules of one provider often ask for the same steps: these stand once, under all their names.
    groups: dict[tuple[str, ...], list[RuleSummary]] = {}
    for summary in (summaries[rule_id] for rule_id in shown):
        groups.setdefault((summary.help.opens, summary.help.revoke_url, *rule_summary.steps(summary)), []).append(
            summary
        )
    for group in groups.values():
        summary = group[0]
        yield f'<section class="box kind" id="{fragment(summary.id)}">'
        yield f"<h3>{', '.join(_anchored(one, first=one is summary) for one in group)}</h3>"
        yield element("p", rule_summary.description(summary))
        yield "<ol>"
        yield from (element("li", step) for step in rule_summary.steps(summary))
        yield "</ol>"
        if summary.help.revoke_url:
            yield f"<p>Revoke it: {anchor(summary.help.revoke_url)}</p>"
        yield f'<p class="soft">More: {anchor(summary.url)}</p></section>'


def _anchored(summary: RuleSummary, *, first: bool) -> str:
    """A rule's name as a target of links; the first one's target is its section."""
    return esc(summary.name) if first else f'<span id="{fragment(summary.id)}">{esc(summary.name)}</span>'
