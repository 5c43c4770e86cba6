"""`keyscan fleet`: lists and directories in, one row for each secret out, coverage first; resumed, repeated, wrong."""

from __future__ import annotations

import csv
import json
import re

import pytest
from helpers.repository import Repo
from helpers.tokens import token

pytest.importorskip("distributed", reason="Dask is not installed")
KEY = token("sk-ant-api03-{b64url:93}AA")


@pytest.fixture
def fleet(tmp_path):
    """Three repositories with one shared key in two of them, and one that is damaged beyond reading."""
    for name, text in (("a", f'key = "{KEY}"\n'), ("b", f'other = "{KEY}"\n'), ("clean", "nothing\n")):
        repo = Repo(tmp_path / "fleet" / name)
        repo.stage("app.py", text)
        repo.commit()
    return tmp_path / "fleet"


def test_a_fleet(run, fleet, tmp_path):
    """One secret, two repositories; every format; a second run reads nothing again; nothing shows the key."""
    state = tmp_path / "state"
    files = {name: tmp_path / f"out.{name}" for name in ("jsonl", "csv", "html")}
    reports = [f"--report={name}={file}" for name, file in files.items()]
    argv = ("fleet", str(fleet), "--state", str(state), "-j", "1", *reports, "--sarif-dir", str(tmp_path / "sarif"))
    result = run(*argv)
    assert result.code == 1, result.err
    assert result.out.startswith("Audited all of 3 repositories.")
    assert "1 secret:" in result.out
    assert "and 1 more repository" in result.out
    lines = [json.loads(line) for line in files["jsonl"].read_text().splitlines()]
    assert lines[0]["covered"] == 3
    assert [place["repository"] for place in lines[1]["places"]] == ["a", "b"]
    assert [row["repository"] for row in csv.DictReader(files["csv"].read_text().splitlines())] == ["a", "b"]
    assert sorted(file.name for file in (tmp_path / "sarif").iterdir()) == ["a.sarif", "b.sarif", "clean.sarif"]
    page = files["html"].read_text()
    assert page.index("Audited all of 3") < page.index("All secrets")
    assert not re.search(r"<(?:script|img|link|iframe)", page)
    again = run(*argv, "--log-format", "json")
    assert [json.loads(line)["status"] for line in again.err.splitlines()] == ["unchanged"] * 3
    assert again.code == 1
    for file in [*tmp_path.glob("out.*"), *(tmp_path / "sarif").iterdir(), *state.rglob("*")]:
        if file.is_file():
            assert KEY.encode() not in file.read_bytes()
    assert KEY not in result.out + result.err + again.out


def test_what_is_not_read_is_named_and_nothing_is_called_clean(run, fleet, tmp_path):
    """A repository that is not there is named with its reason; the exit code is 3."""
    listing = tmp_path / "list.txt"
    listing.write_text(f"{fleet}/clean\n{(tmp_path / 'gone').as_uri()}\n")
    result = run("fleet", str(listing), "--state", str(tmp_path / "state"), "-j", "1")
    assert result.code == 3
    assert result.out.startswith("Audited 1 of 2 repositories; 1 not wholly read:")
    assert "unreachable: " in result.out
    assert "No secrets found in what was read." in result.out


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        ((), "name at least one source"),
        (("nothing-here",), "nothing-here: no such file or directory"),
        (("ext::sh -c x",), "remote helpers"),
        ((".", "--report", "pdf=x"), "formats: console, jsonl, csv, html"),
        ((".", "--pushed-since", "yesterday"), "not a date"),
        ((".", "--include", "["), "--include"),
        ((".", "--disk", "many"), "is no size"),
    ],
)
def test_wrong_command_lines(run, tmp_path, argv, message):
    """One line, exit code 2, and no state where the command line is wrong."""
    result = run("fleet", *argv, "--state", str(tmp_path / "state"), cwd=tmp_path)
    assert result.code == 2
    assert message in result.err
    assert len(result.err.splitlines()) == 1
