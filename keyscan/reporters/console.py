"""The console report: findings grouped by file, what to do, and one last line that states the coverage."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from keyscan.model.rule import Severity
from keyscan.reporters.shared import validity
from keyscan.reporters.shared.escape import clean
from keyscan.reporters.shared.headline import headline

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.model.blob import Skip
    from keyscan.model.finding import Finding
    from keyscan.model.report import Report

_COLORS = {
    Severity.CRITICAL: "1;31",
    Severity.HIGH: "31",
    Severity.MEDIUM: "33",
    Severity.LOW: "36",
    Severity.INFO: "2",
}
# Skipped places that are listed one by one; the rest is counted.
_LISTED = 20


def render(report: Report, *, color: bool = False) -> str:
    """The report for a person at a terminal."""
    paint = _Paint(color)
    lines: list[str] = []
    told: set[tuple[str, ...]] = set()
    for path, findings in groupby(report.findings, key=lambda finding: finding.origin.path):
        lines.append(paint("1", clean(path)))
        for finding in findings:
            lines.extend(_finding(finding, paint, told))
        lines.append("")
    if report.show_ignored:
        lines.extend(_told(report, paint))
    lines.extend(_skipped(report.skipped, paint))
    lines.extend(paint("2", f"note: {clean(note)}") for note in report.notes)
    lines.append(headline(report, paint))
    return "\n".join(lines) + "\n"


class _Paint:
    def __init__(self, on: bool) -> None:
        self._on = on

    def __call__(self, code: str, text: str) -> str:
        return f"\x1b[{code}m{text}\x1b[0m" if self._on else text


def _finding(finding: Finding, paint: _Paint, told: set[tuple[str, ...]]) -> Iterator[str]:
    where = finding.location
    place = f"{clean(finding.origin.path)}:{where.line}:{where.column}"
    within = [f"cell {where.cell}"] if where.cell is not None else []
    within += [f"decoded from {clean(where.decoded)}"] if where.decoded else []
    place += f" ({', '.join(within)})" if within else ""
    severity = paint(_COLORS[finding.severity], finding.severity.label)
    yield f"  {place}: {severity}: {clean(finding.rule_name)} [{clean(finding.rule_id)}]"
    shown = finding.redacted if finding.secret is None else finding.secret
    yield f"    found   {paint('1', clean(shown))} ({clean(finding.provider)})"
    if finding.origin.commit:
        who = clean(finding.origin.author or "")
        who += f" <{clean(finding.origin.email)}>" if finding.origin.email else ""
        yield f"    commit  {clean(finding.origin.commit[:12])} {who} {clean(finding.origin.date or '')}"
    yield from _history(finding)
    if finding.validity:
        state = paint(validity.COLORS[finding.validity.status], validity.word(finding.validity))
        yield f"    state   {': '.join(part for part in (state, validity.sentence(finding.validity)) if part)}"
    yield f"    why     {clean('; '.join(finding.evidence) or finding.message)}"
    for related in finding.related:
        spot = f":{related.location.line}:{related.location.column}" if related.location else ""
        yield f"    also    {clean(related.message)}: {clean(related.path)}{spot}"
    advice = (finding.rule_id, *_advice(finding))
    # The tenth key of a kind needs no tenth telling.
    for step in (f"as for {finding.rule_id} above",) if advice in told else advice[1:]:
        yield f"    do      {clean(step)}"
    told.add(advice)
    yield f"    ignore  {clean(finding.fingerprint)}"


def _history(finding: Finding) -> Iterator[str]:
    """How long it has been exposed, and where it still is."""
    past = finding.provenance
    if past is None:
        return
    parts = [f"{past.exposed_days} day{'s' * (past.exposed_days != 1)}"] if past.exposed_days is not None else []
    parts += ["overdue"] if past.overdue else []
    parts.append(f"in {past.commits} commit{'s' * (past.commits != 1)}")
    if past.in_head is not None:
        parts.append("still in HEAD" if past.in_head else "no longer in HEAD, but in history")
    if len(past.paths) > 1:
        parts.append(f"at {len(past.paths)} paths")
    since = f"since {clean(past.first_seen[:10])}, " if past.first_seen else ""
    yield f"    exposed {since}{', '.join(parts)}"


def _advice(finding: Finding) -> Iterator[str]:
    if finding.provider == "keyscan":  # not a secret but what is done with one
        yield from finding.help.steps
        return
    if finding.help.revoke_url:
        yield f"revoke it: {finding.help.revoke_url}"
    if finding.env:
        yield f"read it from the environment instead: {finding.env[0]}"
    elif not finding.help.revoke_url:
        yield "revoke it where it was made, and read the new one from the environment or a secret manager"


def _told(report: Report, paint: _Paint) -> Iterator[str]:
    """One line for each finding that is known or ignored, and why."""
    for word, group in (("known", report.known), ("ignored", report.ignored)):
        for finding in group:
            where = finding.location
            place = f"{clean(finding.origin.path)}:{where.line}:{where.column}"
            yield paint("2", f"{word}: {place}: {clean(finding.fingerprint)} ({clean(finding.status_reason)})")


def _skipped(skipped: tuple[Skip, ...], paint: _Paint) -> Iterator[str]:
    # What makes the scan incomplete first: it decides the exit code.
    ordered = sorted(skipped, key=lambda skip: not skip.incomplete)
    for skip in ordered[:_LISTED]:
        word = paint("31", "not read") if skip.incomplete else "skipped"
        yield f"{word}: {clean(skip.path)}: {clean(skip.reason)}"
    if len(ordered) > _LISTED:
        yield f"skipped: {len(ordered) - _LISTED} more"
