"""CSV for spreadsheets (RFC 4180): one row per finding, and no cell that a spreadsheet would interpret as a formula."""

from __future__ import annotations

import csv
import io
import re
from typing import TYPE_CHECKING, Any

from keyscan.reporters.json import entry
from keyscan.reporters.shared.escape import clean

if TYPE_CHECKING:
    from keyscan.model.finding import Finding
    from keyscan.model.report import Report

_COLUMNS = (
    "rule", "provider", "severity", "precision", "path", "line", "column", "end_line", "end_column", "redacted",
    "fingerprint", "message", "help_url", "commit", "author", "date",
)  # fmt: skip
# Columns of a report whose keys were asked about.
_VALIDITY = ("validity", "validity_reason", "validity_host", "validity_checked", "identity")
# What starts a formula, at the cell's start or, where a spreadsheet splits at semicolons, after one.
_FORMULA = re.compile(r"(^|;)(\s*[\"']?[=+\-@\uff1d\uff0b\uff0d\uff20])")


def render(report: Report) -> str:
    """The findings as rows under a header; the exit code tells whether the scan was complete."""
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL)
    verified = any(finding.validity for finding in report.findings)
    writer.writerow((*_COLUMNS, *(_VALIDITY if verified else ())))
    for finding in report.findings:
        row = entry(finding)
        more = _validity(finding) if verified else []
        writer.writerow([cell(value) for value in (*(row[name] for name in _COLUMNS), *more)])
    return out.getvalue()


def _validity(finding: Finding) -> list[str]:
    known = finding.validity
    if not known:
        return [""] * len(_VALIDITY)
    whose = "; ".join(f"{name}: {value}" for name, value in known.identity)
    return [known.status, known.reason, known.host, known.checked, whose]


def cell(value: Any) -> Any:
    """`value` as a cell that is not interpreted as a formula; other types than text are unchanged."""
    if not isinstance(value, str):
        return value
    # An apostrophe makes a spreadsheet take what follows for text.
    return _FORMULA.sub(r"\1'\2", clean(value))
