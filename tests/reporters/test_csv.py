"""Findings as rows, in which nothing acts."""

from __future__ import annotations

import csv
import io
import re

import pytest
from helpers import reports

from keyscan.reporters import csv as csv_module
from keyscan.reporters.registry import render


def test_csv_is_the_findings_as_rows():
    """A header, then a row a finding, lines ended by CRLF."""
    text = render("csv", reports.full())
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["path"] for row in rows] == ["a b/ü.py", "old/gone.py", "src/app.py", "src/app.py"]
    assert rows[1]["commit"] == f"{4:040x}"
    assert text.count("\r\n") == 5


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "  =x", '"=x', "a;=x", "\uff1dx"])
def test_no_cell_starts_a_formula(text):
    """An apostrophe stands before whatever a spreadsheet would run, also after a semicolon."""
    assert re.search(r"(^|;)'", csv_module.cell(text))


def test_other_cells_are_left_as_they_are():
    """Numbers and ordinary text."""
    assert csv_module.cell(7) == 7
    assert csv_module.cell("a=b") == "a=b"
