"""JSON Lines: one finding per line as in JSON version 1; the last line has the other fields, with the coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.reporters.json import document
from keyscan.reporters.shared.escape import json_line, safe_json

if TYPE_CHECKING:
    from keyscan.model.report import Report


def render(report: Report) -> str:
    """The report as lines; only the last one has the field `version`."""
    whole = document(report)
    lines = [*whole.pop("findings"), whole]
    return "".join(f"{safe_json(json_line(line))}\n" for line in lines)
