"""What a key's issuer says of it, in every format; no hostile text in it acts."""

from __future__ import annotations

import csv
import io
import json

import pytest
from helpers import reports

from keyscan.model.finding import Validity
from keyscan.model.rule import Severity
from keyscan.reporters.registry import REPORTERS, render
from keyscan.reporters.shared import validity

LIVE = Validity("live", "", "", "api.example.org", "2026-01-01T00:00:00Z", (("user", "Ada"), ("plan", "pro")))
LIMITED = Validity("limited", "scope", "it lives, without permission for what was asked", "api.example.org", "")
HOSTILE = Validity("unknown", "other", "x", "h", "", (("user", '<script>\x1b[31m=cmd|"\n::error::##vso[]](x'),))
FORMATS = ("console", "json", "jsonl", "sarif", "html", "gitlab", "csv", "junit")


def report(*states):
    """A report with a finding for each validity."""
    findings = [reports.finding(i, validity=state, severity=Severity.MEDIUM) for i, state in enumerate(states)]
    return reports.report(*findings)


@pytest.mark.parametrize("name", FORMATS)
def test_status_reason_and_identity_are_in_every_format(name):
    """Each format shows whether a key lives, and whose it is."""
    text = render(name, report(LIVE, LIMITED))
    for part in ("live", "limited", "scope", "Ada", "pro"):
        assert part in text, part


def test_a_live_key_is_an_error_in_sarif():
    """A live key raises the level, whatever the severity of its rule."""
    results = json.loads(render("sarif", report(LIVE, LIMITED)))["runs"][0]["results"]
    levels = {result["properties"]["validity"]: result["level"] for result in results}
    assert levels == {"live": "error", "limited": "warning"}
    assert results[0]["properties"]["identity"] == {"user": "Ada", "plan": "pro"}


def test_csv_has_columns_only_where_keys_were_asked_about():
    """The columns of the state are there for all rows or for none."""
    rows = list(csv.DictReader(io.StringIO(render("csv", report(LIVE, None)))))
    assert [row["validity"] for row in rows] == ["live", ""]
    assert rows[0]["identity"] == "user: Ada; plan: pro"
    assert "validity" not in render("csv", report(None)).splitlines()[0]


@pytest.mark.parametrize("name", sorted(REPORTERS))
def test_what_a_provider_says_cannot_act(name):
    """An answer made to act in a terminal, a page, a spreadsheet or a log is text and nothing else."""
    text = render(name, report(HOSTILE))
    assert "\x1b" not in text
    if name in {"html", "junit"}:
        assert "<script>" not in text.replace('<script>"use strict"', "")
    if name in {"junit", "console"}:
        assert "\n::error::" not in text
    for row in csv.reader(io.StringIO(text)) if name == "csv" else ():
        assert not any(cell.startswith(("=", "+", "-", "@")) for cell in row)


def test_a_line_without_a_state_is_empty():
    """A finding whose issuer was not asked says nothing of its state."""
    assert validity.line(reports.finding()) == ""
