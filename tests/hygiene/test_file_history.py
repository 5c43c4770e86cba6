"""Files of secrets in the history."""

from __future__ import annotations

import json
import os

import pytest

from keyscan.engine import build
from keyscan.git.command import Git
from keyscan.hygiene import file_history, worktree
from keyscan.hygiene.file_history import Search, Walk
from keyscan.model.rule import Severity
from keyscan.ruleset.cache import load_rules


@pytest.fixture(scope="module")
def matcher():
    """All rules."""
    return build.matcher(load_rules())


@pytest.fixture
def history(repo, anthropic_key):
    """A .env that held a key in two versions and is gone; a template; another file."""
    repo.stage(".env", f"KEY={anthropic_key}\n")
    repo.commit()
    repo.stage(".env", f"A=b\nKEY={anthropic_key}\n")
    repo.stage(".env.example", "KEY=\n")
    repo.stage("main.py", "x\n")
    repo.commit()
    repo.git("rm", "-q", ".env")
    repo.commit()
    return repo


def test_versions_newest_first(history):
    """Of files of the family, templates aside, with commit, author and date."""
    walk = Search(Git(history.path)).result()
    assert [version.path for version in walk.versions] == [".env", ".env"]
    assert (walk.whole, walk.shallow) == (True, False)
    first = history.git("rev-list", "--max-parents=0", "HEAD").decode().strip()
    assert (walk.versions[-1].commit, walk.versions[-1].author) == (first, "Ada")


def test_one_finding_a_path_at_its_first_commit(history, matcher):
    """It says whether the file is still tracked, and names the later versions."""
    git = Git(history.path)
    tree = next(worktree.trees(str(history.path)))
    result = file_history.check(Search(git).result(), tree, matcher, "")
    (found,) = result.findings
    assert (found.rule_id, found.origin.path, found.severity) == ("env-in-history", ".env", Severity.CRITICAL)
    assert found.provenance.commits == 2
    assert not found.provenance.in_head
    assert len(found.related) == 1
    assert "it is no longer tracked, but old commits keep it" in found.evidence


def test_what_was_not_looked_into_is_said(history, matcher, monkeypatch):
    """A bound that was hit, and a shallow clone."""
    monkeypatch.setattr(file_history, "MAX_VERSIONS", 1)
    walk = Search(Git(history.path)).result()
    assert not walk.whole
    tree = next(worktree.trees(str(history.path)))
    skipped = file_history.check(walk._replace(shallow=True), tree, matcher, "").skipped
    assert [(skip.reason[:9], skip.incomplete) for skip in skipped] == [("too much ", True), ("a shallow", False)]
    monkeypatch.setattr(file_history, "MAX_VERSIONS", 9)
    monkeypatch.setattr(file_history, "MAX_BYTES", 20)
    (skip,) = file_history.check(Search(Git(history.path)).result(), tree, matcher, "").skipped
    assert (skip.reason, skip.incomplete) == (
        "of 2 versions of files of secrets only the first 20 bytes were read",
        True,
    )


def test_what_is_missing_is_no_clean_history(history, run):
    """A version that a partial clone lacks, and a tree, make it incomplete, and the reason is git's own."""
    oid = history.git("rev-parse", "HEAD~2:.env").decode().strip()
    os.unlink(history.path / ".git/objects" / oid[:2] / oid[2:])
    made = json.loads(run("env", "-f", "json", cwd=history.path).out)
    reasons = [skip["reason"] for skip in made["skipped"] if skip["path"] == "history"]
    assert [reason.partition(" (")[0] for reason in reasons] == ["1 version of a file of secrets is missing"]
    assert not made["complete"]
    oid = history.git("rev-parse", "HEAD~1^{tree}").decode().strip()
    os.unlink(history.path / ".git/objects" / oid[:2] / oid[2:])
    made = json.loads(run("env", "-f", "json", cwd=history.path).out)
    assert any("git log failed" in skip["reason"] for skip in made["skipped"])
    assert not made["complete"]


def test_a_search_may_be_given_up(history):
    """Its git is ended, and it may be closed twice."""
    search = Search(Git(history.path))
    search.close()
    search.close()
    assert search._process.returncode is not None


def test_an_empty_history(repo):
    """No commit, no version."""
    assert Search(Git(repo.path)).result() == Walk([], whole=True, shallow=False)
