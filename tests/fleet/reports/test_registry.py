"""A fleet's reports by name."""

from __future__ import annotations

import csv
import io
import json

import pytest
from helpers.fleet_summary import empty, full

from keyscan.fleet.reports.registry import FORMATS, render


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_names_what_was_found_and_what_was_not_read(name):
    """Redacted, with the repositories."""
    text = render(name, full())
    for part in ("a/one", "ex-...[00000001]", "failed", "pending"):
        assert part in text, part


@pytest.mark.parametrize("name", FORMATS)
def test_an_empty_fleet(name):
    """No format fails on nothing."""
    assert render(name, empty())
    assert json.loads(render("jsonl", full()).splitlines()[0])["type"] == "coverage"
    assert list(csv.DictReader(io.StringIO(render("csv", full()))))
