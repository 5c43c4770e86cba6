"""The formats for platforms: their requirements and limits, and one snapshot of each."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import uuid
from xml.etree import ElementTree as ET

import pytest
from helpers import reports
from helpers.paths import SNAPSHOTS

from keyscan._version import __version__
from keyscan.model.blob import Origin, Skip
from keyscan.model.finding import Location
from keyscan.model.rule import Severity
from keyscan.reporters import github, github_summary
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


def test_gitlab_has_what_its_schema_asks_for():
    """Scan, analyzer, scanner, times without a zone; vulnerabilities with unique ids and a commit; never a snippet."""
    made = json.loads(render("gitlab", reports.full()))
    assert made["version"] == "15.2.1"
    scan = made["scan"]
    assert scan["type"] == "secret_detection"
    assert scan["status"] == "failure"
    assert {"id", "name", "version", "vendor"} <= scan["scanner"].keys() & scan["analyzer"].keys()
    for key in ("start_time", "end_time"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", scan[key])
    found = made["vulnerabilities"]
    assert len({uuid.UUID(entry["id"]) for entry in found}) == 4
    for entry in found:
        assert entry["severity"] in {"Info", "Unknown", "Low", "Medium", "High", "Critical"}
        assert 0 < len(entry["name"]) <= 255
        assert all({"type", "name", "value"} <= identifier.keys() for identifier in entry["identifiers"])
        assert re.fullmatch("[0-9a-f]{40}", entry["location"]["commit"]["sha"])
        assert entry["location"]["start_line"] <= entry["location"]["end_line"]
    assert found[1]["location"]["commit"]["sha"] == f"{4:040x}"
    assert "raw_source_code_extract" not in json.dumps(made)
    assert json.loads(render("gitlab", reports.report()))["scan"]["status"] == "success"


def test_gitlabs_paths_start_at_the_root(repo, run, anthropic_key):
    """A scan in a subdirectory names files from the repository's root on."""
    repo.write("sub/a.py", anthropic_key)
    made = json.loads(run("scan", ".", "-f", "gitlab", cwd=repo.path / "sub").out)
    assert made["vulnerabilities"][0]["location"]["file"] == "sub/a.py"
    quality = json.loads(run("scan", ".", "-f", "codequality", cwd=repo.path / "sub").out)
    assert quality[0]["location"]["path"] == "sub/a.py"


def test_codequality_fingerprints_are_unique_and_stay_when_lines_move():
    """Occurrences of one secret in one file differ, and keep their fingerprints when all lines move."""
    same = {"fingerprint": "r:" + "a" * 20}

    def prints(shift: int) -> list[str]:
        found = [
            reports.finding(number, location=Location(number + shift, 1, number + shift, 9), **same)
            for number in (1, 2, 3)
        ]
        return [entry["fingerprint"] for entry in json.loads(render("codequality", reports.report(*found)))]

    assert len(set(prints(0))) == 3
    assert prints(0) == prints(40)
    severities = [entry["severity"] for entry in json.loads(render("codequality", reports.full()))]
    assert severities == ["blocker", "critical", "critical", "major"]


def test_github_annotations_stay_within_a_steps_ten():
    """Of many findings the ten most severe are annotated, and a plain line says how many are not."""
    findings = [reports.finding(i, severity=Severity.MEDIUM) for i in range(20)]
    findings.append(reports.finding(30, severity=Severity.CRITICAL))
    lines = render("github", reports.report(*findings)).splitlines()
    assert sum(line.startswith("::") for line in lines) == github.MAX_ANNOTATIONS
    assert lines[0].startswith("::error file=src/app.py,line=31,endLine=31,col=8,endColumn=48,title=keyscan%3A Example")
    assert lines[1].startswith("::warning ")
    assert "11 more findings have no annotation" in lines[-2]
    assert lines[-1].startswith("keyscan: 21 findings")


def test_github_annotations_escape_what_would_end_a_property():
    """Commas, colons, percents and line ends of a name stay inside the property."""
    line = render("github", reports.report(reports.finding(origin=Origin("a,b:c%0A::x\n.py")))).splitlines()[0]
    assert line.startswith(r"::error file=a%2Cb%3Ac%250A%3A\x3ax\n.py,line=1,")


def test_a_github_scan_that_is_incomplete_says_so():
    """What was asked for and not read is an annotation of its own."""
    text = render("github", reports.report(skipped=(Skip("a", "unreadable", incomplete=True),)))
    assert text.startswith("::error title=keyscan%3A incomplete::1 not read, first a: unreadable\n")


def test_the_step_summary_keeps_within_a_mebibyte():
    """Of more findings than there is room for the most severe have a row, and the rest is counted."""
    findings = [reports.finding(i, severity=Severity.MEDIUM) for i in range(9000)]
    findings.append(reports.finding(9999, severity=Severity.CRITICAL))
    text = render("github-summary", reports.report(*findings))
    assert github_summary.MAX_BYTES * 0.9 < len(text.encode()) <= github_summary.MAX_BYTES
    rows = [line for line in text.splitlines() if line.startswith(("| critical | E", "| medium | E"))]
    assert rows[0].startswith("| critical")
    assert f"**{9001 - len(rows)} more findings" in text
    assert len(render("markdown", reports.report(*findings)).encode()) > github_summary.MAX_BYTES


def test_junit_counts_findings_as_failures_and_unread_files_as_errors():
    """The counts equal the elements; a clean run has one test, which passes."""
    suite = ET.fromstring(render("junit", reports.full())).find("testsuite")  # noqa: S314 - our own text
    assert (suite.get("tests"), suite.get("failures"), suite.get("errors")) == ("5", "4", "1")
    assert len(suite.findall("testcase/failure")) == 4
    assert len(suite.findall("testcase/error")) == 1
    clean = ET.fromstring(render("junit", reports.report())).find("testsuite")  # noqa: S314
    assert [case.get("name") for case in clean.findall("testcase")] == ["no secrets found"]
    assert clean.get("failures") == "0"


def test_csv_is_the_findings_as_rows():
    """A header, then a row a finding, lines ended by CRLF."""
    text = render("csv", reports.full())
    rows = list(csv.DictReader(io.StringIO(text, newline="")))
    assert [row["path"] for row in rows] == ["a b/ü.py", "old/gone.py", "src/app.py", "src/app.py"]
    assert rows[1]["commit"] == f"{4:040x}"
    assert text.count("\r\n") == 5


def test_no_format_but_json_and_console_shows_plaintext():
    """`--show-secrets` opens the console, JSON and JSON Lines only: no platform gets a secret by accident."""
    secret = "ex-" + "q7" * 12
    found = reports.report(reports.finding(secret=secret))
    assert {name for name in REPORTERS if secret in render(name, found)} == {"console", "json", "jsonl"}
