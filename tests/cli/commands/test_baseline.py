"""`keyscan baseline`: findings that are accepted, with a reason."""

from __future__ import annotations

import pytest


@pytest.fixture
def accepted(repo, run, anthropic_key):
    """A repository whose one key is in the baseline."""
    repo.stage("a.py", f'key = "{anthropic_key}"\n')
    repo.commit()
    assert run("scan", ".", cwd=repo.path).code == 1
    assert run("baseline", "create", "--reason", "a test account", cwd=repo.path).code == 0
    return repo


def test_what_is_accepted_is_no_finding(accepted, run, anthropic_key):
    """It is shown with its reason, and the file holds no secret."""
    assert run("scan", ".", cwd=accepted.path).code == 0
    assert "a test account" in run("baseline", "show", cwd=accepted.path).out
    assert anthropic_key not in (accepted.path / ".keyscan-baseline").read_text()


def test_a_new_key_still_counts_until_it_is_accepted(accepted, run):
    """`update` adds, and keeps what was there."""
    from helpers.tokens import token

    accepted.write("b.py", f'key = "{token("sk-ant-api03-{b64url:93}AA", "new")}"\n')
    assert run("scan", ".", cwd=accepted.path).code == 1
    assert run("baseline", "update", "--reason", "another", cwd=accepted.path).code == 0
    assert run("scan", ".", cwd=accepted.path).code == 0


def test_stale_entries_are_pruned(accepted, run):
    """A dry run only lists them."""
    accepted.stage("a.py", "x\n")
    accepted.git("commit", "-q", "--amend", "-m", "x")
    before = (accepted.path / ".keyscan-baseline").read_text()
    run("baseline", "prune", "--dry-run", cwd=accepted.path)
    assert (accepted.path / ".keyscan-baseline").read_text() == before


def test_a_baseline_is_not_made_twice(accepted, run):
    """The file that is there is not replaced unseen."""
    done = run("baseline", "create", "--reason", "again", cwd=accepted.path)
    assert done.code == 2
    assert ".keyscan-baseline" in done.err
