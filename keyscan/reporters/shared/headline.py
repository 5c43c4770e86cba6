"""A report in one line: what was found, and the coverage."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from keyscan.reporters.shared.summary import coverage

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyscan.model.report import Report

_RED, _GREEN = "1;31", "1;32"


def headline(report: Report, paint: Callable[[str, str], str] = lambda _code, text: text) -> str:
    """The line that ends a report; `paint` colours a part of it, given a terminal's colour code."""
    stats = report.stats
    counts = ((stats.blobs, "blobs"), (stats.commits, "commits"), (stats.known, "objects known from before"))
    objects = [f"{number} {word}" for number, word in counts if number]
    covered = [coverage(stats.files, stats.bytes, stats.rules, report.run.seconds, *objects)]
    covered += [
        f"{count} {word}"
        for count, word in (
            (len(report.known), "in the baseline"),
            (len(report.ignored), "ignored"),
            (report.hidden, "below the minimum severity"),
            (len(report.skipped), "skipped"),
        )
        if count
    ]
    return f"keyscan: {_verdict(report, paint)} ({', '.join(covered)})"


def _verdict(report: Report, paint: Callable[[str, str], str]) -> str:
    count = len(report.findings)
    if count:
        by = Counter(finding.severity for finding in report.findings)
        kinds = ", ".join(f"{by[severity]} {severity.label}" for severity in sorted(by, reverse=True))
        partly = "" if report.complete else "incomplete, "
        return paint(_RED, f"{partly}{count} finding{'s' * (count != 1)}: {kinds}")
    if report.complete:
        return paint(_GREEN, "clean")
    return paint(_RED, "incomplete, nothing found in what was read")
