"""The Markdown for `$GITHUB_STEP_SUMMARY`, which takes 1 MiB a step."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.reporters.markdown import document

if TYPE_CHECKING:
    from keyscan.model.report import Report

# Room for what a step may have written before us.
MAX_BYTES = 1_000_000


def render(report: Report) -> str:
    """The report as a step summary: the most severe findings as far as there is room, and how many have none."""
    return document(report, MAX_BYTES)
