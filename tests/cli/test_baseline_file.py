"""The baseline file: what becomes an entry, under which salt, and where it may be written."""

from __future__ import annotations

import os

import pytest

from keyscan.cli import baseline_file
from keyscan.cli.options import SharedOptions
from keyscan.cli.repository_findings import tree_findings
from keyscan.cli.settings import resolve
from keyscan.errors import ConfigError, UsageError
from keyscan.suppressions.baseline import Baseline


def settings_of(path, **given):
    """The settings of a command in the repository at `path`, which need no baseline yet."""
    return resolve(SharedOptions(**given), str(path), new_baseline=True)


def test_a_secret_gets_one_entry_at_its_first_place(repo, monkeypatch, anthropic_key):
    """Several places of one secret are one entry, with the first path and the reason on one line."""
    monkeypatch.chdir(repo.path)
    for name in ("b.py", "a.py"):
        (repo.path / name).write_text(f'k = "{anthropic_key}"\n')
    settings = settings_of(repo.path)
    entries = baseline_file.new_entries(settings, tree_findings(settings), "known\nsince May ")
    assert [(entry.path, entry.reason) for entry in entries] == [("a.py", "known since May")]
    baseline_file.write(settings, Baseline(("s",)).with_entries(entries))
    assert baseline_file.file_of(settings).read_text().count(entries[0].fingerprint) == 1


@pytest.mark.skipif(os.name == "nt", reason="links need rights there")
def test_a_link_in_place_of_the_baseline_stays(repo, run, anthropic_key):
    """What is read through the link is written through it; out of the repository nothing is written."""
    repo.write("a.py", f'k = "{anthropic_key}"\n')
    (repo.path / "shared").mkdir()
    link = repo.path / ".keyscan-baseline"
    link.symlink_to("shared/accepted")
    assert run("baseline", "create", cwd=repo.path).code == 0
    assert link.is_symlink()
    assert "anthropic-api-key:" in (repo.path / "shared/accepted").read_text()
    assert run("scan", cwd=repo.path).code == 0
    (repo.path.parent / "other/below").mkdir(parents=True)
    (repo.path / "away").symlink_to("../other/below")
    # To the system the second one is `../other/accepted`.
    for target, code in (("../accepted", 2), ("away/../accepted", 0), (".git/hooks/pre-commit", 2), (".GIT/info/x", 2)):
        link.unlink()
        link.symlink_to(target)
        assert run("baseline", "create", cwd=repo.path).code == code, target
    assert sorted(os.listdir(repo.path.parent)) == ["other", "repo"]
    assert os.listdir(repo.path.parent / "other") == ["below"]
    assert not (repo.path / ".git/hooks/pre-commit").exists()
    assert (repo.path / "accepted").exists()


def test_a_missing_baseline_is_named_with_the_command_that_makes_it(repo, monkeypatch):
    """Commands that change a baseline need one."""
    monkeypatch.chdir(repo.path)
    with pytest.raises(UsageError, match="keyscan baseline create"):
        baseline_file.existing(settings_of(repo.path))


def test_new_fingerprints_are_made_with_the_chosen_salt(repo):
    """The salt comes first everywhere, and those that were there still count."""
    settings = baseline_file.salted(settings_of(repo.path), "new")
    assert (settings.salt, settings.ignores.salts, settings.accepted.salts) == ("new", ("new", ""), ("new",))


def test_a_configured_baseline_is_not_written_outside_the_repository(repo, monkeypatch):
    """A scanned repository cannot have a file of the user's overwritten."""
    monkeypatch.chdir(repo.path)
    (repo.path / ".keyscan.toml").write_text('baseline = "../outside"\n')
    settings = settings_of(repo.path)
    with pytest.raises(ConfigError, match="not in the repository"):
        baseline_file.write(settings, Baseline())
    assert not (repo.path.parent / "outside").exists()
