"""SARIF: the official schema, every requirement of GitHub, its limits, and the real validators when they are there."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from functools import cache
from urllib.parse import unquote_to_bytes

import jsonschema
import pytest
from helpers import reports
from helpers.paths import DATA

from keyscan.model.blob import Origin, Skip
from keyscan.model.finding import Location, Related
from keyscan.model.rule import Help, Severity
from keyscan.reporters import sarif
from keyscan.reporters.registry import render
from keyscan.scan.line_hash import line_hashes

SCHEMA = DATA / "sarif-2.1.0-rtm.5.json"
ODD_NAMES = [
    "a b.py", "a%20b.py", "ü/é.py", "a#b?c.py", "a\\b.py", "c:d/e.py", "new\nline.py", "tab\t.py", 'q"uote.py',
    "<b>.py", "::error::x.py", "a\udcff.py", "🔑.py", "--flag", " lead", "-", "%SRCROOT%/x", "[l](1)", "&amp;.py",
]  # fmt: skip


@cache
def validator():
    """The official schema, ready."""
    return jsonschema.Draft4Validator(json.loads(SCHEMA.read_text("utf-8")))


def run_of(report) -> dict:
    """The one run of the report's log, valid under the official schema."""
    log = json.loads(render("sarif", report))
    validator().validate(log)
    assert len(log["runs"]) == 1
    return log["runs"][0]


def strings(value) -> list[str]:
    """Every string in a document."""
    if isinstance(value, str):
        return [value]
    children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else []
    return [text for child in children for text in strings(child)]


def odd() -> reports.Report:
    """A report with a finding in a file of every odd name."""
    return reports.report(*(reports.finding(i, origin=Origin(name)) for i, name in enumerate(ODD_NAMES)))


@pytest.mark.parametrize("report", [reports.report(), reports.full(), odd()], ids=["none", "full", "odd names"])
def test_it_meets_every_requirement_of_the_platform(report):
    """Rules once, with texts; results with level, message, four region numbers, both fingerprints; no empty string."""
    run = run_of(report)
    rules = run["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    for rule in rules:
        assert 0 < len(rule["shortDescription"]["text"]) <= 1024
        assert 0 < len(rule["fullDescription"]["text"]) <= 1024
        assert rule["help"]["text"]
        assert rule["help"]["markdown"]
        assert rule["helpUri"].startswith("https://")
        assert rule["defaultConfiguration"]["level"] in {"error", "warning", "note"}
        assert 0 < float(rule["properties"]["security-severity"]) <= 10
        assert rule["properties"]["precision"] in {"very-high", "high", "medium", "low"}
        assert "security" in rule["properties"]["tags"]
        assert len(rule["properties"]["tags"]) <= 10
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in {"error", "warning", "note"}
        place = result["locations"][0]["physicalLocation"]
        assert place["artifactLocation"]["uriBaseId"] == "%SRCROOT%"
        assert re.fullmatch(r"[A-Za-z0-9_.~/%-]+", place["artifactLocation"]["uri"])
        region = place["region"]
        assert set(region) == {"startLine", "startColumn", "endLine", "endColumn"}
        assert min(region.values()) >= 1
        assert (region["startLine"], region["startColumn"]) < (region["endLine"], region["endColumn"])
        assert result["partialFingerprints"].keys() == {"keyscan/v1", "primaryLocationLineHash"}
    assert run["columnKind"] == "unicodeCodePoints"
    assert run["automationDetails"]["id"] == "keyscan/scan/"
    assert "%SRCROOT%" in run["originalUriBaseIds"]
    assert run["versionControlProvenance"][0]["repositoryUri"] == "https://example.org/ada/project"
    assert "executionSuccessful" in run["invocations"][0]
    assert all(text.strip() for text in strings(run))
    assert "snippet" not in json.dumps(run)


@pytest.mark.parametrize("name", ODD_NAMES)
def test_uris_lead_back_to_the_names_bytes(name):
    """Decoding a result's URI gives the file's own bytes."""
    place = run_of(reports.report(reports.finding(origin=Origin(name))))["results"][0]["locations"][0]
    uri = place["physicalLocation"]["artifactLocation"]["uri"]
    assert unquote_to_bytes(uri) == name.encode("utf-8", "surrogateescape")


@pytest.mark.parametrize(
    ("root", "base", "path", "uri", "inside"),
    [
        ("/r", "", "a.py", "a.py", True),
        ("/r", "/r/sub", "a.py", "sub/a.py", True),
        ("/r", "/r/sub", "../a.py", "a.py", True),
        ("/r", "/r", "/r/x/a.py", "x/a.py", True),
        ("/r", "/r", "./x//a.py", "x/a.py", True),
        ("/r", "/r/sub", "../../other/a b.py", "file:///other/a%20b.py", False),
        ("/r", "/r", "/rest/a.py", "file:///rest/a.py", False),
        ("C:/r", "C:/r/sub", "C:/r/a.py", "a.py", True),
        ("C:/r", "C:/r", "D:/a.py", "file:///D:/a.py", False),
        ("/r", "/r", "C:/a.py", "C%3A/a.py", True),
        ("/", "/", "etc/a.py", "etc/a.py", True),
        ("", "", "a.py", "a.py", True),
        ("", "", "/a.py", "file:///a.py", False),
        ("/r", "", "", "unnamed", True),
    ],
)
def test_paths_are_relative_to_the_root_where_they_can_be(root, base, path, uri, inside):
    """However a path was named, below the root it is relative to it; outside it is a whole `file:` URI."""
    report = reports.report(reports.finding(origin=Origin(path)), root=root, base=base)
    place = run_of(report)["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]
    assert place["uri"] == uri
    assert ("uriBaseId" in place) is inside


@pytest.mark.parametrize(
    ("remote", "uri"),
    [
        ("https://user:password@example.org/a/b.git", "https://example.org/a/b"),
        ("https://example.org:8443/a/b?token=x#y", "https://example.org:8443/a/b"),
        ("ssh://git@example.org:22/a/b.git", "https://example.org/a/b"),
        ("git@example.org:a/b c.git", "https://example.org/a/b%20c"),
        ("/srv/git/a.git", None),
        ("file:///srv/a.git", None),
        ("C:/a.git", None),
        ("ext::sh -c x", None),
        ("https://[broken/a", None),
        (None, None),
    ],
)
def test_a_remote_is_named_without_its_password(remote, uri):
    """A remote becomes a plain https address; user, password, query and local paths never show."""
    run = run_of(reports.report(remote=remote))
    assert run.get("versionControlProvenance", [{}])[0].get("repositoryUri") == uri


def test_rules_stand_once_and_say_how_bad_it_is():
    """The rule's severity is the worst of its own and its findings'; levels follow each finding."""
    run = run_of(
        reports.report(
            reports.finding(1, severity=Severity.CRITICAL),
            reports.finding(2, severity=Severity.MEDIUM),
            reports.finding(3, severity=Severity.LOW),
            reports.finding(
                4, rule_id="b", rule_name="B", help=Help(revoke_url="javascript:x"), severity=Severity.INFO
            ),
        )
    )
    first, second = run["tool"]["driver"]["rules"]
    assert first["properties"]["security-severity"] == "0.1"
    assert first["helpUri"] == "https://cwe.mitre.org/data/definitions/798.html"
    assert second["properties"]["security-severity"] == "9.5"
    assert sorted(result["level"] for result in run["results"]) == ["error", "note", "note", "warning"]


def test_history_shows_whose_and_since_when_but_no_mail_and_no_message():
    """Provenance stands in the properties; an e-mail address does not, even inside the author's name."""
    found = reports.historic(4)
    origin = Origin(
        **{**{name: getattr(found.origin, name) for name in found.origin.__slots__}, "author": "Ada <a@b.c>"}
    )
    text = render(
        "sarif",
        reports.report(
            reports.historic(4),
            reports.historic(
                5,
            ),
        ),
    )
    assert "example.org>" not in text
    result = run_of(reports.report(reports.historic(4), reports.finding(9)))["results"][0]
    facts = result["properties"]
    assert (facts["author"], facts["exposedDays"], facts["inHead"], facts["overdue"]) == ("Ada", 200, False, True)
    assert len(result["relatedLocations"]) == 2
    mailed = run_of(reports.report(reports.finding(origin=origin)))["results"][0]["properties"]
    assert mailed["author"] == "Ada"


def test_the_same_secret_elsewhere_is_a_related_location():
    """Findings with one fingerprint point to each other, many twins to a few each."""
    same = {"fingerprint": "r:" + "a" * 20}
    report = reports.report(reports.finding(1, **same), reports.finding(2, **same), reports.finding(3))
    related = {
        result["locations"][0]["physicalLocation"]["region"]["startLine"]: len(result.get("relatedLocations", []))
        for result in run_of(report)["results"]
    }
    assert related == {2: 1, 3: 1, 4: 0}
    many = run_of(reports.report(*(reports.finding(i, **same) for i in range(50))))["results"]
    assert max(len(result["relatedLocations"]) for result in many) <= 11


def test_a_secret_in_many_places_leaves_room_for_others(monkeypatch):
    """Above the limit every secret keeps a result before any has a second one."""
    monkeypatch.setattr(sarif, "MAX_RESULTS", 3)
    same = {"fingerprint": "r:" + "a" * 20, "severity": Severity.CRITICAL}
    copies = [reports.finding(i, **same) for i in range(50)]
    results = run_of(reports.report(*copies, reports.finding(60, severity=Severity.LOW)))["results"]
    levels = [result["level"] for result in results]
    assert levels == ["error", "note", "error"]


def test_related_locations_have_an_end():
    """More occurrences than the platform shows are cut."""
    related = tuple(Related("also here", f"f{i}.py", Location(1, 1, 1, 2)) for i in range(300))
    result = run_of(reports.report(reports.finding(related=related)))["results"][0]
    assert len(result["relatedLocations"]) == sarif.MAX_RELATED


def test_known_and_ignored_findings_are_suppressed():
    """Baseline: external; a marker in the text: inSource; an ignore in the configuration: external; each with why."""
    results = run_of(reports.full())["results"]
    found = {
        r["suppressions"][0]["justification"]: r["suppressions"][0]["kind"] for r in results if "suppressions" in r
    }
    assert found == {
        "in the baseline": "external",
        "inline marker: a sample": "inSource",
        "path docs/** is ignored": "external",
    }


def test_what_was_skipped_is_a_notification():
    """Skips, hidden findings and notes are notifications; an incomplete scan was not successful."""
    invocation = run_of(reports.full())["invocations"][0]
    assert invocation["executionSuccessful"] is False
    levels = [(note["level"], note["message"]["text"]) for note in invocation["toolExecutionNotifications"]]
    assert levels == [
        ("error", "Not read: cannot be read: Permission denied."),
        ("note", "Skipped: too large."),
        ("note", "2 findings below the minimum severity not shown."),
        ("note", "an ignore is not used."),
    ]
    skipped = reports.report(skipped=tuple(Skip(f"{i}", "too large") for i in range(5000)))
    notes = run_of(skipped)["invocations"][0]["toolExecutionNotifications"]
    assert len(notes) == 1001
    assert notes[-1]["message"]["text"] == "4000 more: too large."


def test_above_the_limit_the_most_severe_are_kept(monkeypatch):
    """Over the number of results the least severe and the suppressed go first, and it is said how many."""
    monkeypatch.setattr(sarif, "MAX_RESULTS", 3)
    run = run_of(
        reports.report(
            *(reports.finding(i, severity=Severity.MEDIUM) for i in range(4)),
            reports.finding(9, severity=Severity.CRITICAL),
            known=(reports.finding(8, severity=Severity.CRITICAL, status="baseline"),),
        )
    )
    assert [result["level"] for result in run["results"]] == ["error", "warning", "warning"]
    assert "suppressions" not in run["results"][0]
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert notes[0]["message"]["text"].startswith("3 more findings are left out")
    assert run["properties"]["leftOut"] == 3


def test_the_packed_size_is_bounded(monkeypatch):
    """Over the upload's size, results are left out and counted."""
    monkeypatch.setattr(sarif, "MAX_PACKED", 5000)
    run = run_of(reports.report(*(reports.finding(i) for i in range(2000))))
    assert 0 < len(run["results"]) < 2000
    assert run["properties"]["leftOut"] == 2000 - len(run["results"])


def test_line_hashes_of_real_scans_are_the_files_own(repo, run, anthropic_key, tmp_path):
    """`scan` in a subdirectory and `staged` give root-relative URIs and the hash of the secret's line."""
    text = f'import os\n\nkey = "{anthropic_key}"\nprint(key)\n'
    repo.stage("sub dir/a.py", text)
    wanted = line_hashes(text.encode(), [3])[3]
    for argv, cwd in ((["scan", "a.py"], repo.path / "sub dir"), (["staged"], repo.path)):
        file = tmp_path / "out.sarif"
        assert run(*argv, "--report", f"sarif={file}", cwd=cwd).code == 1
        log = json.loads(file.read_text("utf-8"))
        validator().validate(log)
        result = log["runs"][0]["results"][0]
        assert result["partialFingerprints"]["primaryLocationLineHash"] == wanted
        assert result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"] == "sub%20dir/a.py"
        assert anthropic_key[13:] not in file.read_text("utf-8")


def test_a_large_files_line_hashes_are_those_of_the_whole(repo, run, anthropic_key, monkeypatch):
    """A file read in pieces has the same line hashes as one read at once."""
    monkeypatch.setattr("keyscan.sources.safe_read.CHUNK_SIZE", 20_000)
    text = ("x = 1\n" * 9000) + f'key = "{anthropic_key}"\n' + "y\n" * 9000
    repo.write("big.py", text)
    made = json.loads(run("scan", "big.py", "--format", "sarif", "-j", "1", cwd=repo.path).out)["runs"][0]["results"]
    assert [r["partialFingerprints"]["primaryLocationLineHash"] for r in made] == [
        line_hashes(text.encode(), [9001])[9001]
    ]


def multitool() -> str | None:
    """Microsoft's validator (npm: @microsoft/sarif-multitool), when it is installed."""
    return shutil.which("Sarif.Multitool") or shutil.which("sarif-multitool")


@pytest.mark.skipif(not multitool(), reason="Sarif.Multitool is not installed")
@pytest.mark.parametrize(
    "report",
    [
        reports.report(),
        reports.report(reports.finding()),
        reports.full(),
        odd(),
        reports.report(*(reports.historic(i) for i in range(50))),
    ],
    ids=["none", "one", "full", "odd names", "history"],
)
def test_microsofts_validator_has_no_error_and_no_warning(report, tmp_path):
    """`Sarif.Multitool validate` with the rules of SARIF and of GitHub finds nothing to object to."""
    (tmp_path / "report.sarif").write_text(render("sarif", report), "utf-8")
    done = subprocess.run(
        [multitool(), "validate", "--rule-kind", "Sarif;Ghas", "--level", "Error;Warning",
         "-o", "found.sarif", "report.sarif"],
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=200,
    )  # fmt: skip
    found = json.loads((tmp_path / "found.sarif").read_text("utf-8-sig"))["runs"][0].get("results", [])
    assert done.returncode == 0, done.stdout
    assert [(result["ruleId"], result["message"]) for result in found] == []


@pytest.mark.skipif(not shutil.which("sarif"), reason="sarif-tools is not installed")
def test_sarif_tools_reads_it(tmp_path):
    """`sarif summary` of sarif-tools counts what we wrote."""
    (tmp_path / "report.sarif").write_text(render("sarif", reports.full()), "utf-8")
    done = subprocess.run(
        ["sarif", "summary", "report.sarif"], cwd=tmp_path, capture_output=True, text=True, check=True, timeout=100
    )
    assert re.search(r"error: \d+", done.stdout), done.stdout
