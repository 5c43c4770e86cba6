"""Findings joined to one finding per secret, with where it came from and where it still is."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from helpers.reports import finding
from helpers.tokens import key

from keyscan.git.command import Git
from keyscan.history.exposure import exposed_days
from keyscan.history.provenance import DEFAULTS, HistoryIndex, trace
from keyscan.model.blob import Origin
from keyscan.model.rule import Severity


class TestProvenance:
    def test_the_oldest_by_topology_wins_over_dates(self, repo, audit):
        """A parent with a later date than its child is still the first."""
        repo.stage("a.py", key())
        first = repo.commit(env={"GIT_COMMITTER_DATE": "2030-01-01T00:00:00Z"})
        repo.stage("b.py", "x\n" + key())
        repo.commit(env={"GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z"})
        assert audit(repo)[1][0]["commit"] == first

    def test_a_rename_keeps_the_first_place(self, repo, run):
        """The first path is the finding's, the later one is named beside it."""
        repo.stage("old.py", key())
        repo.commit()
        repo.git("mv", "old.py", "new.py")
        repo.commit()
        out = run("history", cwd=repo.path).out
        assert "old.py:1:1" in out
        assert "new.py" in out

    def test_mailmap_and_email(self, repo, audit, run):
        """The author's proper name is told, and the address unless it is not wanted."""
        repo.stage(".mailmap", "Ada Lovelace <ada@example.org>\n")
        repo.stage("a.py", key())
        repo.commit()
        found = audit(repo)[1][0]
        assert (found["author"], found["provenance"]["email"]) == ("Ada Lovelace", "ada@example.org")
        assert audit(repo, "--no-email")[1][0]["provenance"]["email"] is None
        assert "Ada Lovelace <ada@example.org>" in run("history", cwd=repo.path).out
        assert "ada@" not in run("history", "--no-email", cwd=repo.path).out

    def test_json_tells_where_it_was_and_is(self, repo, audit):
        """All paths, the commits, whether HEAD or a branch still holds it, since when."""
        repo.stage("a.py", key())
        repo.commit()
        repo.git("branch", "old")
        repo.git("mv", "a.py", "b.py")
        repo.commit()
        repo.git("rm", "-q", "b.py")
        repo.commit()
        known = audit(repo)[1][0]["provenance"]
        assert (known["commits"], known["paths"]) == (2, ["a.py", "b.py"])
        assert (known["in_head"], known["branches"], known["overdue"]) == (False, ["old"], True)
        assert known["exposed_days"] > 90

    def test_all_occurrences(self, repo, audit):
        """Every commit that wrote it, instead of the first only."""
        for number in range(3):
            repo.stage("a.py", f"{number}\n{key()}\n")
            repo.commit()
        assert len(audit(repo)[1]) == 1
        assert len(audit(repo, "--all-occurrences")[1]) == 3

    def test_exposure_counts_whole_days(self):
        """Days until now, never negative, and None for a date that is none."""
        now = datetime(2026, 3, 1, 12, tzinfo=UTC)
        assert exposed_days("nonsense", lambda: now) is None
        assert exposed_days("2026-03-02T00:00:00+00:00", lambda: now) == 0
        assert exposed_days("2026-02-01T13:00:00+00:00", lambda: now) == 27


def test_a_range_counts_only_lines_that_its_commits_added(repo, audit):
    """A key that a commit only moved along in its file is not that commit's."""
    repo.stage("a.py", f"{key()}\n")
    repo.commit()
    repo.stage("a.py", f"first\n{key()}\n{key('other')}\n")
    second = repo.commit()
    found = audit(repo, "--range", "HEAD~1..HEAD")[1]
    assert [(one["commit"], one["line"]) for one in found] == [(second, 3)]


@pytest.mark.parametrize("turned", [False, True])
def test_the_place_of_a_secret_without_commit_does_not_depend_on_what_was_read_first(repo, turned):
    """Packs list objects in another order than git does: the most severe place is reported, then the first by path."""
    repo.commit("first")
    places = [("b.py", Severity.HIGH), ("tests/a.py", Severity.MEDIUM), ("c.py", Severity.HIGH)]
    findings = [
        finding(severity=severity, origin=Origin(path, blob="0" * 40))
        for path, severity in (reversed(places) if turned else places)
    ]
    traced = trace(Git(repo.path), findings, HistoryIndex(()), DEFAULTS)
    assert [one.origin.path for one in traced.findings] == ["b.py"]
