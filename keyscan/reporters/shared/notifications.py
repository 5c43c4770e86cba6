"""What a run could not or did not say in its findings: what was skipped, hidden or left out, as short notices."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from keyscan.reporters.shared.escape import clean
from keyscan.support.plural import plural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.model.report import Report

# Skipped places that are named one by one; the rest is counted by reason.
_NAMED = 1000


class Notice(NamedTuple):
    """A sentence, its level (error, warning, note), and the path that it is about."""

    text: str
    level: str
    path: str = ""


def notices(report: Report, left_out: int = 0) -> Iterator[Notice]:
    """The notices of a report, worst first; `left_out`: findings for which a format had no room."""
    if report.interrupted:
        yield Notice("The scan was interrupted: what follows is only a part.", "error")
    if left_out:
        yield Notice(f"{left_out} more findings are left out: over the platform's limits. The most severe are here.",
                     "error")  # fmt: skip
    ordered = sorted(report.skipped, key=lambda skip: not skip.incomplete)
    for skip in ordered[:_NAMED]:
        word, level = ("Not read", "error") if skip.incomplete else ("Skipped", "note")
        yield Notice(f"{word}: {clean(skip.reason).rstrip('.')}.", level, skip.path)
    rest = Counter((skip.incomplete, clean(skip.reason)) for skip in ordered[_NAMED:])
    for (incomplete, reason), count in sorted(rest.items(), key=lambda item: (not item[0][0], item[0][1])):
        yield Notice(f"{count} more: {reason.rstrip('.')}.", "error" if incomplete else "note")
    if report.hidden:
        yield Notice(f"{plural(report.hidden, 'finding')} below the minimum severity not shown.", "note")
    if report.imprecise:
        yield Notice(f"{plural(report.imprecise, 'finding')} below the minimum precision not shown.", "note")
    for note in report.notes:
        yield Notice(f"{clean(note).rstrip('.')}.", "note")
