"""The console report: findings, what was not read, remarks, and the coverage in one line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.reporters.shared.escape import clean
from keyscan.reporters.shared.headline import headline
from keyscan.reporters.shared.terminal import Paint

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.model.blob import Skip
    from keyscan.model.report import Report

# Skipped paths that are listed; the rest is counted.
_SKIPS = 20


def render(report: Report, *, color: bool = False) -> str:
    """The report for a person at a terminal."""
    paint = Paint(color)
    lines: list[str] = []
    if report.findings:
        from keyscan.reporters.shared.finding_text import findings_text

        lines += findings_text(report, paint)
    if report.show_ignored:
        lines.extend(_suppressed(report, paint))
    lines.extend(_skipped(report.skipped, paint))
    lines.extend(paint("2", f"note: {clean(note)}") for note in report.notes)
    lines.append(headline(report, paint))
    return "\n".join(lines) + "\n"


def _suppressed(report: Report, paint: Paint) -> Iterator[str]:
    """One line for each finding that is accepted or ignored, and why."""
    for word, group in (("known", report.known), ("ignored", report.ignored)):
        for finding in group:
            where = finding.location
            place = f"{clean(finding.origin.path)}:{where.line}:{where.column}"
            yield paint("2", f"{word}: {place}: {clean(finding.fingerprint)} ({clean(finding.status_reason)})")


def _skipped(skipped: tuple[Skip, ...], paint: Paint) -> Iterator[str]:
    # What makes the scan incomplete first: it decides the exit code.
    ordered = sorted(skipped, key=lambda skip: not skip.incomplete)
    for skip in ordered[:_SKIPS]:
        word = paint("31", "not read") if skip.incomplete else "skipped"
        yield f"{word}: {clean(skip.path)}: {clean(skip.reason)}"
    if len(ordered) > _SKIPS:
        yield f"skipped: {len(ordered) - _SKIPS} more"
