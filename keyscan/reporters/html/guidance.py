"""What to do about the findings of a report: the steps of each rule, each set of steps once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.reporters.shared import rule_summary as kinds
from keyscan.reporters.shared.html_escape import anchor, element, esc, fragment
from keyscan.reporters.shared.rule_summary import importance

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.model.report import Report
    from keyscan.reporters.shared.rule_summary import Kind


def section(report: Report, found: dict[str, Kind]) -> Iterator[str]:
    """The section; empty when nothing was found."""
    shown = list(dict.fromkeys(finding.rule_id for finding in sorted(report.findings, key=importance)))
    if not shown:
        return
    yield "<h2>What to do</h2>"
    # Rules of one provider often ask for the same steps: these stand once, under all their names.
    groups: dict[tuple[str, ...], list[Kind]] = {}
    for kind in (found[rule_id] for rule_id in shown):
        groups.setdefault((kind.help.opens, kind.help.revoke_url, *kinds.steps(kind)), []).append(kind)
    for alike in groups.values():
        kind = alike[0]
        yield f'<section class="box kind" id="{fragment(kind.id)}">'
        yield f"<h3>{', '.join(_anchored(one, first=one is kind) for one in alike)}</h3>"
        yield element("p", kinds.description(kind))
        yield "<ol>"
        yield from (element("li", step) for step in kinds.steps(kind))
        yield "</ol>"
        if kind.help.revoke_url:
            yield f"<p>Revoke it: {anchor(kind.help.revoke_url)}</p>"
        yield f'<p class="soft">More: {anchor(kind.url)}</p></section>'


def _anchored(kind: Kind, *, first: bool) -> str:
    """A rule's name as a target of links; the first one's target is its section."""
    return esc(kind.name) if first else f'<span id="{fragment(kind.id)}">{esc(kind.name)}</span>'
