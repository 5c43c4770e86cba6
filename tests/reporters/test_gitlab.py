"""GitLab's secret-detection report."""

from __future__ import annotations

import json
import re
import uuid

from helpers import reports

from keyscan.reporters.registry import render


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
