"""JSON Lines: a finding a line, and last the coverage."""

from __future__ import annotations

import json

from helpers import reports

from keyscan.reporters import json as whole
from keyscan.reporters import jsonl


def test_lines_add_up_to_the_json_document():
    """The same fields as in JSON: findings first, then everything else with the version."""
    lines = [json.loads(line) for line in jsonl.render(reports.full()).splitlines()]
    document = whole.document(reports.full())
    assert lines[:-1] == document.pop("findings")
    assert lines[-1] == document
    assert [("version" in line) for line in lines] == [False] * (len(lines) - 1) + [True]


def test_a_clean_report_is_one_line():
    """The coverage is told in any case."""
    assert len(jsonl.render(reports.report()).splitlines()) == 1
