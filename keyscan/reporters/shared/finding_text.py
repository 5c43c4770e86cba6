"""Findings as a person reads them on a terminal: what to do now, rules, secrets and places, what else there is to do.

Apart from the console's other lines, since a clean run needs nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.reporters.shared import next_steps, validity
from keyscan.reporters.shared.escape import clean
from keyscan.reporters.shared.grouping import RuleGroup, by_path, by_rule
from keyscan.reporters.shared.statistics import table
from keyscan.reporters.shared.terminal import COLORS, Paint, place_of, source_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyscan.model.finding import Finding
    from keyscan.model.report import Report

# Findings that are shown one by one, with their source lines; more are shown as a table and places.
DETAILED = 20
# Paths of a rule, places in a file and places of a secret that are listed; the rest is counted.
_PATHS, _IN_PATH, _ALSO = 50, 8, 3


def findings_text(report: Report, paint: Paint) -> list[str]:
    """The lines on the report's findings."""
    groups = by_rule(report.findings)
    lines = [*next_steps.before(report)]
    lines += [""] if lines else []
    if len(report.findings) > DETAILED:
        lines += [*table(groups, paint), ""]
        for group in groups:
            lines += _places(group, report.run.command, paint)
        lines.append("")
    else:
        for group in groups:
            lines += [*_details(group, report.run.command, paint), ""]
    return [*lines, *next_steps.after(report), ""]


def _title(group: RuleGroup, paint: Paint) -> str:
    first = group.findings[0]
    severity = paint(COLORS[group.severity], group.severity.label)
    return f"{severity}: {clean(first.rule_name)} [{clean(first.rule_id)}]"


def _details(group: RuleGroup, command: str, paint: Paint) -> Iterator[str]:
    """Every secret of a rule with its source line, then what to do about all of them."""
    yield _title(group, paint)
    for places in group.secrets:
        yield from _secret(places, group, command, paint)
    yield from (f"    do      {clean(step)}" for step in next_steps.about(group.findings[0], command))


def _secret(places: Sequence[Finding], group: RuleGroup, command: str, paint: Paint) -> Iterator[str]:
    """The first place of a secret, and where else it is."""
    finding = places[0]
    severity = "" if finding.severity is group.severity else f" ({finding.severity.label})"
    shown = finding.redacted if finding.secret is None else finding.secret
    yield f"  {place_of(finding)}: {paint('1', clean(shown))}{severity}"
    yield from source_lines(finding, paint)
    if finding.origin.commit:
        who = clean(finding.origin.author or "")
        who += f" <{clean(finding.origin.email)}>" if finding.origin.email else ""
        yield f"    commit  {clean(finding.origin.commit[:12])} {who} {clean(finding.origin.date or '')}"
    yield from _history(finding, command)
    if finding.validity:
        state = paint(validity.COLORS[finding.validity.status], validity.word(finding.validity))
        yield f"    state   {': '.join(part for part in (state, validity.sentence(finding.validity)) if part)}"
    yield f"    why     {clean('; '.join(finding.evidence) or finding.message)}"
    if finding.status_reason:
        yield f"    note    {clean(finding.status_reason)}"
    for related in finding.related:
        spot = f":{related.location.line}:{related.location.column}" if related.location else ""
        what = "" if related.message == "also there" else f"{clean(related.message)}: "
        yield f"    also    {what}{clean(related.path)}{spot}"
    if len(places) > 1:
        more = f" and {len(places) - 1 - _ALSO} more places" if len(places) > _ALSO + 1 else ""
        yield f"    also    {', '.join(place_of(other) for other in places[1 : _ALSO + 1])}{more}"
    yield f"    ignore  {clean(finding.fingerprint)}"


def _places(group: RuleGroup, command: str, paint: Paint) -> Iterator[str]:
    """The locations of a rule's secrets, one line per file, then the remediation for all of them."""
    yield _title(group, paint)
    paths = by_path(group.findings)
    for path, findings in paths[:_PATHS]:
        listed = [_place(finding) for finding in findings[:_IN_PATH]]
        more = f" and {len(findings) - _IN_PATH} more" if len(findings) > _IN_PATH else ""
        yield f"  {clean(path)}: {', '.join(listed)}{more}"
    if len(paths) > _PATHS:
        yield f"  and {len(paths) - _PATHS} more files (--format concise lists every finding)"
    yield f"    do      {clean('; '.join(next_steps.about(group.findings[0], command)))}"


def _place(finding: Finding) -> str:
    state = f" {validity.word(finding.validity)}" if finding.validity else ""
    return f"{finding.location.line}:{finding.location.column} {clean(finding.redacted)}{state}"


def _history(finding: Finding, command: str) -> Iterator[str]:
    """How long it has been exposed, and where it still is; what was not pushed yet is not called exposed."""
    provenance = finding.provenance
    if provenance is None:
        return
    pushed, days = command != "pre-push", provenance.exposed_days
    parts = [f"{days} day{'s' * (days != 1)}"] if days and pushed else []
    parts += ["overdue"] if provenance.overdue and pushed else []
    parts.append(f"in {provenance.commits} commit{'s' * (provenance.commits != 1)}")
    if provenance.in_head is not None:
        parts.append("still in HEAD" if provenance.in_head else "no longer in HEAD, but in history")
    if len(provenance.paths) > 1:
        parts.append(f"at {len(provenance.paths)} paths")
    day = clean(provenance.first_seen[:10]) if provenance.first_seen else ""
    since = [f"since {day}" if pushed else day] if day else []
    yield f"    {'exposed' if pushed else 'added  '} {', '.join([*since, *parts])}"
