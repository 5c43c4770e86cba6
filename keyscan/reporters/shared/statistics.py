"""Counts of findings by rule and severity, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.reporters.shared.escape import clean
from keyscan.reporters.shared.terminal import COLORS, Paint

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyscan.reporters.shared.grouping import RuleGroup


def table(groups: Sequence[RuleGroup], paint: Paint) -> Iterator[str]:
    """A row for each rule: severity, distinct secrets, the places where they were found, files."""
    yield f"{'severity':8}  {'secrets':>7}  {'places':>6}  {'files':>5}  rule"
    for group in groups:
        files = len({finding.origin.path for finding in group.findings})
        severity = paint(COLORS[group.severity], f"{group.severity.label:8}")
        name = f"{clean(group.rule_id)} ({clean(group.findings[0].rule_name)})"
        yield f"{severity}  {len(group.secrets):>7}  {len(group.findings):>6}  {files:>5}  {name}"
