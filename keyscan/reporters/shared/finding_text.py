"""Findings as a person reads them on a terminal: what to do now, rules, secrets and places, what else there is to do.

Apart from the console's other lines, since a clean run needs nothing of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.model.finding import ALSO_THERE
from keyscan.reporters.shared import next_steps, validity
from keyscan.reporters.shared.escape import clean
from keyscan.reporters.shared.grouping import RuleGroup, by_path, by_rule
from keyscan.reporters.shared.statistics import table
from keyscan.reporters.shared.terminal import COLORS, Paint, place_of, source_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyscan.model.finding import Finding
    from keyscan.model.report import Report

# Secrets that are shown one by one, with their source lines; more are shown as a table and places.
DETAILED = 20
# Paths of a rule, secrets in a file and places of a secret that are listed; the rest is counted.
_PATHS, _IN_PATH, _ALSO = 50, 8, 3
_ALL, _ALL_IN_HISTORY = "--format concise lists every place", "--all-occurrences reports each"


def findings_text(report: Report, paint: Paint) -> list[str]:
    """The lines on the report's findings."""
    groups = by_rule(report.findings)
    lines = [*next_steps.before(report)]
    lines += [""] if lines else []
    if sum(len(group.secrets) for group in groups) > DETAILED:
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
    yield from (f"    do      {clean(step)}" for step in _steps(group, command))


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
    yield from _other_places(places)
    yield f"    ignore  {clean(finding.fingerprint)}"


def _other_places(places: Sequence[Finding]) -> Iterator[str]:
    """What belongs to a secret elsewhere, and its other places: the first few, and how many there are."""
    finding = places[0]
    others = [place_of(other) for other in places[1:]]
    for related in finding.related:
        where = f":{related.location.line}:{related.location.column}" if related.location else ""
        spot = clean(related.path) + where
        if related.message == ALSO_THERE:
            others.append(spot)
        else:
            yield f"    also    {clean(related.message)}: {spot}"
    # An audit names a limited number of other places, but knows all paths.
    count = max(len(others), len(finding.provenance.paths) - 1 if finding.provenance else 0)
    if count > _ALSO + 1:
        how = _ALL if len(places) > count else _ALL_IN_HISTORY
        yield f"    also    in {count} other places: {', '.join(others[:_ALSO])} and {count - _ALSO} more ({how})"
    elif others:
        yield f"    also    {', '.join(others)}"


def _places(group: RuleGroup, command: str, paint: Paint) -> Iterator[str]:
    """The first place of each of a rule's secrets, one line per file, then the remediation for all of them."""
    yield _title(group, paint)
    counts = {places[0].fingerprint: len(places) for places in group.secrets}
    paths = by_path(sorted((places[0] for places in group.secrets), key=lambda finding: finding.sort_key))
    for path, findings in paths[:_PATHS]:
        listed = [_place(finding, counts[finding.fingerprint]) for finding in findings[:_IN_PATH]]
        more = f" and {len(findings) - _IN_PATH} more" if len(findings) > _IN_PATH else ""
        yield f"  {clean(path)}: {', '.join(listed)}{more}"
    if len(paths) > _PATHS:
        yield f"  and {len(paths) - _PATHS} more files ({_ALL})"
    yield f"    do      {clean('; '.join(_steps(group, command)))}"


def _steps(group: RuleGroup, command: str) -> Iterator[str]:
    """What to do about a rule's secrets, each step once: it depends on the file in which a secret is."""
    yield from dict.fromkeys(step for finding in group.findings for step in next_steps.about(finding, command))


def _place(finding: Finding, places: int) -> str:
    state = f" {validity.word(finding.validity)}" if finding.validity else ""
    also = f" (in {places} places)" if places > 1 else ""
    return f"{finding.location.line}:{finding.location.column} {clean(finding.redacted)}{state}{also}"


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
