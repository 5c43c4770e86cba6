"""JSON, version 1: the schema in the package is what every report obeys."""

from __future__ import annotations

import json
from importlib import resources

import jsonschema
import pytest
from helpers import reports

from keyscan.model.blob import Origin
from keyscan.model.rule import Help
from keyscan.reporters.registry import render

SCHEMA = json.loads(resources.files("keyscan.reporters").joinpath("schema-v1.json").read_text("utf-8"))


def check(text: str) -> dict:
    """The document, valid under the schema."""
    made = json.loads(text)
    jsonschema.Draft202012Validator(SCHEMA).validate(made)
    return made


def test_the_schema_itself_is_valid():
    """The schema in the package obeys its own draft."""
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("report", [reports.report(), reports.full()], ids=["empty", "full"])
def test_hand_made_reports_obey_the_schema(report):
    """An empty report and one with every field obey the schema, and only new findings are listed."""
    made = check(render("json", report))
    assert len(made["findings"]) == len(report.findings)
    assert made["complete"] is report.complete


def test_fields_that_do_not_apply_are_null():
    """Outside history commit, author and date are null; without a page help_url is."""
    entry = check(render("json", reports.report(reports.finding(help=Help()))))["findings"][0]
    assert [entry[key] for key in ("commit", "author", "date", "help_url")] == [None] * 4
    assert "secret" not in entry


def test_bytes_that_are_not_utf8_are_named():
    """A path with a byte that is not UTF-8 is valid JSON that shows the byte."""
    text = render("json", reports.report(reports.finding(origin=Origin("a\udcff.py"))))
    assert check(text)["findings"][0]["path"] == r"a\xff.py"


def test_a_real_scan_obeys_the_schema(repo, run, anthropic_key):
    """What `scan --format json` prints obeys the schema; its place is right in code points, its end exclusive."""
    repo.write("é.py", f'\n"é🔑", "{anthropic_key}"\n')
    result = run("scan", ".", "--format", "json", cwd=repo.path)
    entry = check(result.out)["findings"][0]
    assert result.code == 1
    assert (entry["path"], entry["line"], entry["column"], entry["end_line"]) == ("é.py", 2, 8, 2)
    assert entry["end_column"] == 8 + len(anthropic_key)
    assert "secret" not in entry
    shown = check(run("scan", ".", "--format", "json", "--show-secrets", cwd=repo.path).out)
    assert shown["findings"][0]["secret"] == anthropic_key
