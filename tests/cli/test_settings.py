"""Settings are made once: command line over configuration, tables of commands included."""

from __future__ import annotations

import dataclasses
import json

import pytest

from keyscan.cli.options import OPTIONS, SharedOptions
from keyscan.cli.settings import resolve
from keyscan.config.settings import Settings
from keyscan.model.rule import Severity


def made(files, **given):
    """The settings for a configuration and a command line."""
    return resolve(SharedOptions(**given), "/r", files.get)


def test_settings_cannot_be_changed():
    """They are frozen, and every shared option has a value in them or in the configuration that they name."""
    settings = made({})
    assert settings.min_severity is Severity.MEDIUM
    with pytest.raises(dataclasses.FrozenInstanceError):
        settings.jobs = 3
    assert set(OPTIONS) == set(SharedOptions.__dataclass_fields__)
    assert set(OPTIONS) - {"config", "statistics"} <= set(Settings.__dataclass_fields__)


def test_the_command_line_wins_and_lists_add_up():
    """A single value replaces the configuration's; excluded paths of both count."""
    files = {".keyscan.toml": b'min-severity = "high"\njobs = 2\nexclude = ["a"]\n'}
    settings = made(files, min_severity="low", exclude=("b",))
    assert (settings.min_severity, settings.jobs, settings.exclude) == (Severity.LOW, 2, ("a", "b"))


def test_isolated_takes_nothing():
    """No configuration, no baseline, no markers."""
    settings = made({".keyscan.toml": b"not even toml"}, isolated=True)
    assert settings.config.files == ()
    assert settings.ignores.inline == "none"


def test_a_command_gets_its_own_table(repo, run, anthropic_key):
    """Own options are those of the command's table: `staged` reports whole files."""
    repo.stage("a.py", f'a = "{anthropic_key}"\n')
    repo.stage(".keyscan.toml", "[staged]\nwhole-files = true\n")
    repo.commit()
    repo.stage("a.py", f'a = "{anthropic_key}"\nb = 1\n')
    repo.stage("b.py", f'b = "{anthropic_key}"\n')
    report = json.loads(run("staged", "-f", "json", cwd=repo.path).out)
    assert sorted(finding["path"] for finding in report["findings"]) == ["a.py", "b.py"]


def test_a_push_gets_its_table_from_the_pushed_commit(repo, spawn):
    """A table of pre-push counts; one that is wrong is an error that names file and line, not silence."""
    repo.stage(".keyscan.toml", "[pre-push]\nnett = true\n")
    head = repo.commit()
    line = f"refs/heads/main {head} refs/heads/main {'0' * 40}\n"
    result = spawn(["pre-push", "origin"], cwd=repo.path, stdin=line.encode())
    assert result.code == 2
    assert ".keyscan.toml:2: unknown key nett; did you mean net?" in result.err
