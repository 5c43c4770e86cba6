"""`keyscan fleet`: lists and directories in, one row for each secret out, coverage first; resumed, repeated, wrong."""

from __future__ import annotations

import csv
import json
import re

import pytest
from helpers.provider import provider
from helpers.repository import Repo
from helpers.tokens import token

from keyscan.support import http

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


def test_the_secrets_of_a_fleet_are_verified_once(run, fleet, tmp_path, monkeypatch):
    """One secret in two repositories is asked about once; the state stands in every format, and --only filters."""

    def anthropic(asked):
        if asked.headers.get("x-api-key") != KEY:
            return 401, {}, b'{"error": {"type": "authentication_error"}}'
        return (
            200,
            {},
            b'{"data": []}' if asked.path.startswith("/v1/models") else b'{"type": "organization", "name": "Acme"}',
        )

    with provider(anthropic, "api.anthropic.com") as one:
        monkeypatch.setattr(http, "resolve", lambda *_: [("127.0.0.1", one.port)])
        monkeypatch.setattr(http, "trust", lambda: one.context)
        monkeypatch.setattr(http, "environment_proxy", lambda _host: "")
        files = {name: tmp_path / f"out.{name}" for name in ("jsonl", "csv", "html")}
        argv = ("fleet", str(fleet), "--state", str(tmp_path / "state"), "-j", "1", "--verify", "--fresh")
        argv = (*argv, "--allow-private", "api.anthropic.com", *(f"--report={k}={v}" for k, v in files.items()))
        assert run(*argv).code == 2
        assert not one.asked
        result = run(*argv, "--yes")
        assert result.code == 1, result.err
        assert "verified: 1 key, " in result.err
        real = [asked for asked in one.asked if asked.headers["x-api-key"] == KEY and "models" in asked.path]
        assert len(real) == 1
        assert "state: live" in result.out
        line = json.loads(files["jsonl"].read_text().splitlines()[1])
        assert [place["validity"]["status"] for place in line["places"]] == ["live", "live"]
        assert [row["validity"] for row in csv.DictReader(files["csv"].read_text().splitlines())] == ["live", "live"]
        assert "live" in files["html"].read_text()
        assert run(*argv, "--yes", "--only", "dead").code == 0
        assert KEY not in result.out + result.err


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
        ((".", "--disk", "many"), "is not a size"),
    ],
)
def test_wrong_command_lines(run, tmp_path, argv, message):
    """One line, exit code 2, and no state where the command line is wrong."""
    result = run("fleet", *argv, "--state", str(tmp_path / "state"), cwd=tmp_path)
    assert result.code == 2
    assert message in result.err
    assert len(result.err.splitlines()) == 1


@pytest.mark.parametrize(
    ("argv", "message"),
    [
        (["--rules", "nope"], "nope: no such rule file"),
        (["--rules", "bad.toml"], "bad.toml:1:1: rule x:"),
        (["--disable", "nope"], "--disable nope: no such rule"),
    ],
)
def test_rules_that_no_worker_could_load_are_named_before_anything_is_audited(
    run, fleet, tmp_path, monkeypatch, argv, message
):
    """A mistake in the rules is one line and exit code 2, not a worker that ends again and again."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "bad.toml").write_text('[[rules]]\nid = "x"\n')
    result = run("fleet", str(fleet), "--state", str(tmp_path / "state"), *argv)
    assert result.code == 2
    assert message in result.err
    assert not result.out
