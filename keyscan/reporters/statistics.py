"""Counts by rule and severity instead of findings."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.reporters.shared.escape import clean
from keyscan.reporters.shared.grouping import by_rule
from keyscan.reporters.shared.headline import headline
from keyscan.reporters.shared.statistics import table
from keyscan.reporters.shared.terminal import Paint

if TYPE_CHECKING:
    from keyscan.model.report import Report


def render(report: Report, *, color: bool = False) -> str:
    """A row for each rule; what was not read; the coverage."""
    paint = Paint(color)
    lines = [*table(by_rule(report.findings), paint), ""] if report.findings else []
    lines += [f"not read: {clean(skip.path)}: {clean(skip.reason)}" for skip in report.skipped if skip.incomplete]
    return "\n".join([*lines, headline(report, paint)]) + "\n"
