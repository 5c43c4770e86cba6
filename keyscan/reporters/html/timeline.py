"""When each secret was introduced, when it was removed, and how long it has been exposed, as a timeline of bars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from keyscan.reporters.shared.html_escape import code, esc

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.model.finding import Finding
    from keyscan.model.report import Report

# Secrets that have a bar, the longest exposed first; the rest is counted.
MAX_BARS = 200
# Bars that are seen at once.
_OPEN = 12
_TICKS = 4


@dataclass(frozen=True, slots=True)
class ExposurePeriod:
    """The time from a secret's first commit to the scan; `gone`: it is only in history now; `end`: since then."""

    finding: Finding
    start: datetime
    days: int
    gone: bool
    end: datetime | None = None


def exposure_period(finding: Finding, report: Report) -> ExposurePeriod | None:
    """How long the secret of `finding` has been exposed; None when history does not tell.

    Dates are what commits claim, so one that cannot be is taken for none, and one after the scan counts no day.
    """
    history = finding.provenance
    start = _date((history and history.first_seen) or finding.origin.date)
    end = _date(report.run.started)
    if start is None or end is None:
        return None
    days = history.exposed_days if history and history.exposed_days is not None else (end - start).days
    gone = history is not None and history.in_head is False
    removed = _date(history.removed) if history and gone else None
    return ExposurePeriod(finding, start, max(days, 0), gone, removed if removed and removed >= start else None)


def _date(text: str | None) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(text or "")
        return parsed.astimezone(UTC) if parsed.tzinfo else parsed.replace(tzinfo=UTC)
    except (ValueError, OverflowError):
        return None


def section(report: Report) -> Iterator[str]:
    """The time line as HTML; nothing when no finding has a date."""
    first: dict[str, ExposurePeriod] = {}
    for finding in report.findings:
        period = exposure_period(finding, report)
        known = first.get(finding.fingerprint)
        if period and (known is None or period.start < known.start):
            first[finding.fingerprint] = period
    periods = sorted(first.values(), key=lambda one: (-one.finding.severity, one.start, one.finding.sort_key))
    end = _date(report.run.started)
    if not periods or end is None:
        return
    begin = min(*(period.start for period in periods), end)
    yield "<h2>Timeline</h2>"
    yield '<p class="soft">From the commit that introduced each secret to this scan; most severe first.'
    yield "Full: in the branch, or in the message of a commit or tag."
    yield "Pale: no longer in the branch, but still in its history, so it stays exposed until it is revoked.</p>"
    yield '<div class="box" id="timeline">'
    yield from _axis(begin, end)
    bars = [_bar(period, begin, end) for period in periods[:MAX_BARS]]
    yield from bars[:_OPEN]
    if bars[_OPEN:]:
        yield f"<details><summary>{len(bars) - _OPEN} more</summary>"
        yield from bars[_OPEN:]
        yield "</details>"
    yield "</div>"
    if len(periods) > MAX_BARS:
        yield f'<p class="soft">{len(periods) - MAX_BARS} more have no bar here.</p>'


def _axis(begin: datetime, end: datetime) -> Iterator[str]:
    step = (end - begin) / _TICKS
    ticks = "".join(f"<span>{(begin + step * number).date().isoformat()}</span>" for number in (0, _TICKS // 2, _TICKS))
    yield f'<div class="period" aria-hidden="true"><span class="wide"></span><span class="axis">{ticks}</span>'
    yield '<span class="wide soft">days exposed</span></div>'


def _bar(one: ExposurePeriod, begin: datetime, end: datetime) -> str:
    whole = max((end - begin).total_seconds(), 1.0)

    def place(moment: datetime) -> float:
        # A secret of today still has something to see.
        return min(100 * max((moment - begin).total_seconds() / whole, 0.0), 99.4)

    at, left = place(one.start), place(one.end or one.start)
    # A secret that went at once still has something to see of the time that it was there.
    left = min(max(left, at + 0.6), 99.8) if one.end else at
    label = one.finding.severity.label
    lines = "".join(f'<line x1="{x}" x2="{x}" y1="0" y2="4"/>' for x in (25, 50, 75))
    pale = f'<rect class="gone" x="{left:.2f}" y="0" width="{100 - left:.2f}" height="4"/>' if one.gone else ""
    until = left if one.gone else 100
    full = f'<rect x="{at:.2f}" y="0" width="{until - at:.2f}" height="4"/>' if until > at else ""
    day = one.start.date().isoformat()
    removed = f"removed {one.end.date().isoformat()}" if one.end else "removed, day unknown" if one.gone else ""
    below = f'<br><span class="soft">{removed}</span>' if removed else ""
    said = f"{one.finding.rule_name} was introduced on {day}, {one.days} days ago"
    said += f", {removed}" if removed else ""
    return (
        f'<div class="period"><span><span class="tag {label}">{label}</span> {esc(one.finding.rule_name)}<br>'
        f"{code(one.finding.redacted)}</span>"
        f'<svg class="{label}" viewBox="0 0 100 4" preserveAspectRatio="none" role="img" aria-label="{esc(said)}">'
        f"{lines}{full}{pale}</svg>"
        f"<span>{one.days} day{'s' * (one.days != 1)}, <time>since {day}</time>{below}</span></div>"
    )
