"""When and where a command ran."""

from __future__ import annotations

import pytest

from keyscan.cli import run_info
from keyscan.model.report import RunInfo


def test_in_a_repository(repo, monkeypatch):
    """Root, revision, branch and remote; relative paths of a scan count from here."""
    head = repo.commit()
    repo.git("remote", "add", "origin", "https://forge.example/a/b.git")
    (repo.path / "sub").mkdir()
    monkeypatch.chdir(repo.path / "sub")
    made = run_info.located(RunInfo("scan"))
    assert (made.root, made.base) == (repo.path.as_posix(), (repo.path / "sub").as_posix())
    assert (made.revision, made.branch, made.remote) == (head, "main", "https://forge.example/a/b.git")
    assert run_info.located(RunInfo("staged")).base == ""


def test_outside_of_one(tmp_path, monkeypatch):
    """Only the directory."""
    monkeypatch.chdir(tmp_path)
    made = run_info.located(RunInfo("scan"))
    assert (made.root, made.revision, made.branch) == (tmp_path.as_posix(), None, None)


def test_a_branch_whose_name_may_be_a_key_is_not_told(repo, monkeypatch):
    """No rule has seen the name."""
    repo.commit()
    repo.git("checkout", "-qb", "fix-abcdefgh12345678abcd")
    monkeypatch.chdir(repo.path)
    assert run_info.located(RunInfo("scan")).branch is None


@pytest.mark.parametrize(("hook", "found", "name"), [("", "/usr/bin/keyscan", True), ("1", "/x/keyscan", False)])
def test_how_it_is_called(monkeypatch, hook, found, name):
    """By its name where a shell finds it; not by one that only a hook's PATH has."""
    monkeypatch.setenv("PRE_COMMIT", hook)
    monkeypatch.setattr("shutil.which", lambda _: found)
    assert (run_info.invocation() == "keyscan") is name
