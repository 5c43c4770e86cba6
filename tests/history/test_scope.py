"""The requested part of a history, resolved: ranges, dates, branches, pushes."""

from __future__ import annotations

import pytest
from helpers.tokens import key

from keyscan.errors import IncompleteError, UsageError
from keyscan.git.command import Git
from keyscan.history import scope
from keyscan.history.scope import HistoryQuery
from keyscan.sources.push import Update


class TestRanges:
    def test_a_range_reports_only_what_it_adds(self, repo, audit):
        """A file that had a secret before the range and is edited in it is not reported again."""
        repo.stage("a.py", f"{key('before')}\n")
        repo.commit()
        repo.stage("a.py", f"{key('before')}\nmore\n")
        repo.commit()
        assert audit(repo, "--range", "HEAD~1..HEAD")[0] == 0
        repo.stage("a.py", f"{key('before')}\n{key('new')}\n")
        repo.commit()
        code, [finding], _ = audit(repo, "--range", "HEAD~1..")
        assert (code, finding["line"]) == (1, 2)

    def test_added_and_removed_within_the_range(self, repo, audit):
        """Counts by default; with --net only what remains does."""
        repo.commit()
        repo.stage("a.py", f"{key('gone')}\n")
        repo.stage("b.py", f"{key('stays')}\n")
        repo.commit()
        repo.stage("a.py", "x\n")
        repo.stage("b.py", f"moved\n{key('stays')}\n")
        repo.commit()
        assert len(audit(repo, "--range", "HEAD~2..HEAD")[1]) == 2
        code, [finding], _ = audit(repo, "--range", "HEAD~2..HEAD", "--net")
        assert (code, finding["path"]) == (1, "b.py")

    def test_what_a_merge_takes_over_cleanly_is_not_new(self, repo, audit):
        """Lines that one parent had are not the merge's."""
        repo.stage("a.py", "1\n2\n3\n4\n5\n")
        repo.commit()
        repo.git("checkout", "-q", "-b", "side")
        repo.stage("a.py", f"1\n2\n3\n4\n5\n{key()}\n")
        repo.commit()
        repo.git("checkout", "-q", "main")
        repo.stage("a.py", "0\n1\n2\n3\n4\n5\n")
        repo.commit()
        repo.git("merge", "-q", "--no-edit", "side")
        assert audit(repo, "--range", "main^2..main")[0] == 0
        assert audit(repo, "--range", "main^1..main")[0] == 1

    def test_branch_and_since(self, repo, audit):
        """--branch reads all of one branch, --since the commits from a date on."""
        repo.stage("a.py", key("old"))
        repo.commit(env={"GIT_COMMITTER_DATE": "2020-01-01T00:00:00Z"})
        repo.git("checkout", "-q", "-b", "side")
        repo.stage("b.py", key("side"))
        repo.commit(env={"GIT_COMMITTER_DATE": "2025-01-01T00:00:00Z"})
        assert len(audit(repo, "--branch", "main")[1]) == 1
        assert [f["path"] for f in audit(repo, "--since", "2024-01-01")[1]] == ["b.py"]
        assert audit(repo, "--branch", "main", "--since", "2024-01-01")[0] == 0

    def test_staged_since(self, repo, audit):
        """Commits since one, and the index."""
        repo.stage("a.py", key("before"))
        repo.commit()
        repo.stage("b.py", key("since"))
        repo.commit()
        repo.stage("c.py", key("staged"))
        assert {f["path"] for f in audit(repo, "--staged-since", "HEAD~1")[1]} == {"b.py", "c.py"}

    def test_a_shallow_range_is_said_only_when_it_is_cut(self, repo, tmp_path, run):
        """A range within what is here is whole; one that runs into the boundary is not."""
        for number in range(4):
            repo.stage("a.py", f"{number}\n")
            repo.commit()
        clone = str(tmp_path / "clone")
        repo.git("clone", "-q", "--depth=3", f"file://{repo.path}", clone)
        assert run("history", clone, "--range", "HEAD~1..HEAD").code == 0
        assert run("history", clone, "--range", "HEAD").code == 3


class TestResolve:
    def test_everything(self, repo):
        """All refs, hidden tips, annotated tags, and the names of refs."""
        head = repo.commit().encode()
        repo.git("tag", "-a", "v1", "-m", "one")
        tag = repo.git("rev-parse", "v1").strip()
        found = scope.resolve(Git(repo.path), HistoryQuery())
        assert (found.whole, found.ranged, found.store) == (True, False, False)
        assert [item.oid for item in found.extra] == [tag]
        assert set(found.names) == {b"refs/heads/main", b"refs/tags/v1"}
        assert set(found.ends) == {head, tag}
        assert found.unsure == (tag,)

    def test_a_range_of_two_and_of_three_dots(self, repo):
        """Two dots leave out what the first reaches, three what both do."""
        base = repo.commit().encode()
        repo.git("checkout", "-qb", "side")
        side = repo.commit("side").encode()
        repo.git("checkout", "-q", "main")
        main = repo.commit("main").encode()
        git = Git(repo.path)
        two = scope.resolve(git, HistoryQuery(range="side..main"))
        assert (two.selection.ids, two.ends, two.ranged) == ((main, b"^" + side), (main,), True)
        assert scope.resolve(git, HistoryQuery(range="side...main")).selection.ids == (side, main, b"^" + base)
        assert scope.resolve(git, HistoryQuery(range="side")).selection.ids == (side,)
        assert scope.resolve(git, HistoryQuery(range="side..")).selection.ids == (main, b"^" + side)

    def test_branches_that_are_none(self, repo):
        """A branch that does not resolve is an error that says what to do."""
        repo.commit()
        with pytest.raises(IncompleteError, match=r"--branch gone: 'gone' does not resolve to a commit here"):
            scope.resolve(Git(repo.path), HistoryQuery(branches=("gone",)))

    @pytest.mark.parametrize("text", ["rubbish", "", "yesterdayish-not"])
    def test_a_date_that_git_would_take_for_now(self, repo, text):
        """Git takes any word for a date; what it makes now of is refused."""
        with pytest.raises(UsageError, match="not a date"):
            scope.since_option(Git(repo.path), text)

    def test_dates(self, repo):
        """A day, and a time ago, become seconds."""
        assert scope.since_option(Git(repo.path), "2026-01-31T00:00:00Z") == "--max-age=1769817600"
        assert scope.since_option(Git(repo.path), "2 weeks ago").startswith("--max-age=")


class TestUpdates:
    def test_commits_tags_and_what_tags_point_to(self, repo):
        """New commits end the scope, a pushed tag is read, and a tag of a blob brings that blob."""
        old = repo.commit().encode()
        new = repo.commit().encode()
        blob = repo.git("hash-object", "-w", "--stdin", stdin=b"text\n").decode().strip()
        repo.git("tag", "-a", "v1", "-m", "one", blob)
        tag = repo.git("rev-parse", "v1").strip()
        updates = [Update(b"refs/heads/main", new, old), Update(b"refs/tags/v1", tag, b"")]
        found = scope.of_updates(Git(repo.path), updates, ("--not", "--remotes"))
        assert found.selection.options == ("--not", "--remotes")
        assert found.selection.ids == (new, b"^" + old)
        assert {item.oid for item in found.extra} == {tag, blob.encode()}
        assert found.names == (b"refs/heads/main", b"refs/tags/v1")

    def test_an_old_value_that_is_gone(self, repo):
        """After a force push, the old tip may not be here: it is left out of the selection."""
        new = repo.commit().encode()
        found = scope.of_updates(Git(repo.path), [Update(b"refs/heads/main", new, b"1" * 40)], ())
        assert found.selection.ids == (new,)

    def test_a_new_value_that_is_not_here(self, repo):
        """What is pushed and cannot be read is never clean."""
        with pytest.raises(IncompleteError, match="is pushed, but not in this repository"):
            scope.of_updates(Git(repo.path), [Update(b"refs/heads/main", b"1" * 40, b"")], ())
