"""`keyscan machine`: the report, the redaction that asks, the backups, wrong command lines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from helpers.home import write
from helpers.tokens import token

KEY = token("sk-ant-api03-{b64url:93}AA")


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A home directory with a key in a history and a configuration that would silence it."""
    made = tmp_path / "home"
    write(made / ".bash_history", "text", KEY)
    (made / ".keyscan.toml").write_text('exclude = ["*"]\n')
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return made


def test_a_report(run, home):
    """The finding by its place with `~`; configuration in the home directory does not count; no user, no key."""
    result = run("machine", "--home", str(home), "--format", "json")
    assert result.code == 1
    (one,) = json.loads(result.out)["findings"]
    assert (one["rule"], one["path"]) == ("anthropic-api-key", "~/.bash_history")
    assert KEY not in result.out
    assert str(home) not in result.out


def test_redaction(run, home):
    """Not without a terminal or --yes; then the file is clean, the report too; the backup goes on request."""
    asked = run("machine", "--home", str(home), "--redact")
    assert (asked.code, "--yes" in asked.err) == (2, True)
    done = run("machine", "--home", str(home), "--redact", "--yes")
    assert done.code == 0, done.out + done.err
    assert "1 replaced" in done.err
    assert KEY not in (home / ".bash_history").read_text()
    state = Path(home.parent / "state")
    assert [file for file in state.rglob("*") if file.is_file() and KEY in file.read_text()]
    purged = run("machine", "--purge-backups")
    assert (purged.code, purged.err) == (0, "keyscan: 1 backup removed\n")
    assert not [file for file in state.rglob("*") if file.is_file()]


def test_a_home_that_is_not_there(run, tmp_path):
    """One line, exit code 2."""
    result = run("machine", "--home", str(tmp_path / "nope"))
    assert result.code == 2
    assert len(result.err.splitlines()) == 1
