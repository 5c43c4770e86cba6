"""The formats for platforms: their requirements and limits, and one snapshot of each."""

from __future__ import annotations

import json
import os

import pytest
from helpers import reports
from helpers.paths import SNAPSHOTS

from keyscan._version import __version__
from keyscan.reporters.registry import REPORTERS, render

# Set to write them anew, then read the difference.
UPDATE = os.environ.get("KEYSCAN_UPDATE_SNAPSHOTS")


@pytest.mark.parametrize("name", sorted(REPORTERS))
def test_the_full_report_looks_as_it_did(name):
    """Each format of a report with everything in it equals its snapshot."""
    made = render(name, reports.full()).replace(__version__, "VERSION")
    file = SNAPSHOTS / f"report.{name}"
    if UPDATE:
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(made.encode())
    assert made.encode() == file.read_bytes()


@pytest.mark.parametrize("name", sorted(REPORTERS))
def test_a_run_writes_every_format_at_once(name, repo, run, anthropic_key, tmp_path):
    """`--report FORMAT=FILE` several times writes each, and the exit code stays that of the findings."""
    repo.write("a.py", f'key = "{anthropic_key}"\n')
    first, second = tmp_path / "first", tmp_path / "second"
    argv = ["scan", ".", "--report", f"{name}={first}", "--report", f"json={second}"]
    result = run(*argv, cwd=repo.path)
    assert result.code == 1
    assert "1 finding: 1 critical" in result.out
    assert json.loads(second.read_text("utf-8"))["findings"][0]["path"] == "a.py"
    assert "anthropic" in first.read_text("utf-8").lower()
    assert anthropic_key[13:] not in first.read_text("utf-8") + result.out


@pytest.mark.parametrize("target", ["nosuch=x", "json", "json=", "=x"])
def test_a_report_that_cannot_be_is_a_usage_error(target, run, tmp_path):
    """An unknown format or a missing file name is one clear line and exit 2."""
    result = run("scan", ".", "--report", target, cwd=tmp_path)
    assert result.code == 2
    assert "write FORMAT=FILE" in result.err


def test_a_report_is_written_whole_or_not_at_all(run, tmp_path):
    """A file that cannot be written is exit 2, and leaves nothing half written beside it."""
    (tmp_path / "empty").mkdir()
    result = run("scan", "empty", "--report", "sarif=no/such/dir/x.sarif", cwd=tmp_path)
    assert result.code == 2
    assert "cannot be written" in result.err
    assert [entry.name for entry in tmp_path.iterdir()] == ["empty"]


def test_jsonl_is_the_json_document_in_lines():
    """Every line but the last is a finding as in JSON; the last is the rest of the document."""
    lines = [json.loads(line) for line in render("jsonl", reports.full()).splitlines()]
    whole = json.loads(render("json", reports.full()))
    assert lines[:-1] == whole.pop("findings")
    assert lines[-1] == whole


def test_no_format_but_json_and_console_shows_plaintext():
    """`--show-secrets` opens the console, JSON and JSON Lines only: no platform gets a secret by accident."""
    secret = "ex-" + "q7" * 12
    found = reports.report(reports.finding(secret=secret))
    assert {name for name in REPORTERS if secret in render(name, found)} == {"console", "json", "jsonl"}
