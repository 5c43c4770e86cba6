"""`keyscan staged` reads exactly what the next commit would hold."""

from __future__ import annotations

import json
import os
import stat
import sys

import pytest
from helpers.paths import ROOT
from helpers.repository import Repo
from helpers.tokens import token

KEY = token("sk-ant-api03-{b64url:93}AA", "staged")
OTHER = token("sk-ant-api03-{b64url:93}AA", "other")


def found(run, repo, *args):
    """The (path, line) of every finding of `keyscan staged`."""
    result = run("staged", "-f", "json", *args, cwd=repo.path)
    assert result.err == ""
    document = json.loads(result.out)
    assert result.code == (1 if document["findings"] else 0 if document["complete"] else 3)
    return [(entry["path"], entry["line"]) for entry in document["findings"]]


def hook(repo, name="pre-commit"):
    """Make `keyscan staged` the repository's hook, writing its report to the file `seen`."""
    package = ROOT
    file = repo.path / ".git" / "hooks" / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(
        f"#!/bin/sh\nexport PYTHONPATH='{package}'\n"
        f"exec '{sys.executable}' -m keyscan staged -f json -o '{repo.path}/../seen'\n"
    )
    file.chmod(file.stat().st_mode | stat.S_IXUSR)
    return lambda: [
        (entry["path"], entry["line"]) for entry in json.loads((repo.path.parent / "seen").read_text())["findings"]
    ]


def blocked(repo, *args):
    """Whether the hook keeps `git commit ARGS` from making a commit."""
    before = repo.git("rev-parse", "HEAD")
    try:
        repo.git("commit", "-q", "-m", "try", *args)
    except AssertionError:
        assert repo.git("rev-parse", "HEAD") == before
        return True
    return False


class TestSilent:
    def test_nothing_staged_is_said_to_be_nothing(self, repo, run):
        """With nothing staged the report covers no file."""
        assert found(run, repo) == []
        assert "0 files" in run("staged", cwd=repo.path).out

    def test_a_key_in_the_working_tree_only(self, repo, run):
        """What is not staged is not in the next commit."""
        repo.stage("a.py", "x = 1\n")
        repo.write("a.py", KEY)
        repo.write("untracked.py", KEY)
        assert found(run, repo) == []

    def test_a_key_that_head_has_already(self, repo, run):
        """A line that the staged change does not add is not reported, unless whole files are asked for."""
        repo.stage("a.py", f"k = '{KEY}'\n")
        repo.commit()
        repo.stage("a.py", f"k = '{KEY}'\nx = 1\n")
        assert found(run, repo) == []
        assert found(run, repo, "--whole-files") == [("a.py", 1)]

    def test_a_removed_key(self, repo, run):
        """Deleting the file, or the line, that holds a key is no finding."""
        repo.stage("a.py", f"x = 1\nk = '{KEY}'\n")
        repo.stage("b.py", f"k = '{KEY}'\n")
        repo.commit()
        repo.stage("a.py", "x = 1\n")
        repo.git("rm", "-q", "b.py")
        assert found(run, repo) == []

    def test_intent_to_add_has_no_content_yet(self, repo, run):
        """A path added with --intent-to-add is not part of the next commit."""
        repo.write("a.py", KEY)
        repo.git("add", "-N", "a.py")
        assert found(run, repo) == []

    def test_a_rename_without_change(self, repo, run):
        """Moving a file with a key adds a file with a key: it is reported, being new at that path."""
        repo.stage("a.py", f"k = '{KEY}'\n")
        repo.commit()
        repo.git("mv", "a.py", "b.py")
        assert found(run, repo) == [("b.py", 1)]


class TestHits:
    def test_first_commit(self, repo, run):
        """Before the first commit all of the index is new."""
        repo.stage("a.py", f"x = 1\nk = '{KEY}'\n")
        assert found(run, repo) == [("a.py", 2)]

    def test_partly_staged_file(self, repo, run):
        """Of a partly staged file, the staged version counts, with its own line numbers."""
        repo.stage("a.py", "a = 1\nb = 2\n")
        repo.commit()
        repo.stage("a.py", f"k = '{KEY}'\na = 1\nb = 2\n")
        repo.write("a.py", f"\n\n\n\nk = '{KEY}'\n")
        assert found(run, repo) == [("a.py", 1)]

    def test_only_the_new_line_of_a_file_with_two_keys(self, repo, run):
        """Of two keys in a file, the one on an added line is reported."""
        repo.stage("a.py", f"k = '{KEY}'\n")
        repo.commit()
        repo.stage("a.py", f"k = '{KEY}'\nl = '{OTHER}'\n")
        assert found(run, repo) == [("a.py", 2)]

    def test_a_secret_over_several_lines_counts_when_one_is_new(self, repo, run):
        """A private key of which one line changed is reported at its beginning."""
        block = token("{pem:RSA PRIVATE KEY}", "one").splitlines()
        rest = token("{pem:RSA PRIVATE KEY}", "two").splitlines()
        repo.stage("key.pem", "\n".join(["x", *block, "y"]) + "\n")
        repo.commit()
        block[4] = rest[4]
        repo.stage("key.pem", "\n".join(["x", *block, "y"]) + "\n")
        if not any(rule.startswith("private-key") for rule in rule_ids(run)):
            pytest.skip("no rule for private keys yet")
        assert found(run, repo) == [("key.pem", 2)]

    @pytest.mark.parametrize(
        "name",
        [
            b"with space.py",
            b"new\nline.py",
            b'quo"te.py',
            "h\u00e9.py".encode(),
            b"bad\xff\xfe.py",
            b"tab\t.py",
            b"-dash.py",
        ],
    )
    def test_odd_names(self, repo, run, name):
        """A name may hold anything that git allows; the report shows it harmlessly."""
        if sys.platform != "linux":
            pytest.skip("the file system may refuse the name")
        repo.stage(name, f"k = '{KEY}'\n")
        assert found(run, repo) == [(name.decode("utf-8", "backslashreplace"), 1)]
        out = run("staged", cwd=repo.path).out
        assert "keyscan: 1 finding: 1 critical (1 file" in out

    def test_crlf_and_no_newline_at_the_end(self, repo, run):
        """Line ends do not move lines."""
        repo.stage("a.txt", f"a\r\nb\r\nk={KEY}".encode())
        assert found(run, repo) == [("a.txt", 3)]

    def test_sha256_repository(self, tmp_path, run):
        """Object ids may be SHA-256."""
        repo = Repo(tmp_path / "r", "--object-format=sha256")
        repo.stage("a.py", f"k = '{KEY}'\n")
        assert found(run, repo) == [("a.py", 1)]

    def test_linked_worktree(self, repo, run, tmp_path):
        """A linked worktree has an index of its own."""
        repo.stage("a.py", "x\n")
        repo.commit()
        repo.git("worktree", "add", "-q", str(tmp_path / "linked"))
        linked = Repo.__new__(Repo)
        linked.path = tmp_path / "linked"
        linked.stage("b.py", f"k = '{KEY}'\n")
        assert found(run, linked) == [("b.py", 1)]
        assert found(run, repo) == []

    def test_sparse_checkout(self, repo, run):
        """A staged path outside the sparse checkout is scanned from the index."""
        repo.stage("in/a.py", "x\n")
        repo.stage("out/b.py", "x\n")
        repo.commit()
        repo.git("sparse-checkout", "set", "in")
        oid = repo.git("hash-object", "-w", "--stdin", stdin=f"k = '{KEY}'\n".encode()).decode().strip()
        repo.git("update-index", "--cacheinfo", f"100644,{oid},out/b.py")
        assert not (repo.path / "out" / "b.py").exists()
        assert found(run, repo) == [("out/b.py", 1)]

    def test_from_a_subdirectory(self, repo, run):
        """From a subdirectory the whole index is scanned, with names from the root."""
        repo.stage("a.py", f"k = '{KEY}'\n")
        repo.write("sub/x", "")
        result = run("staged", "-f", "json", cwd=repo.path / "sub")
        assert [entry["path"] for entry in json.loads(result.out)["findings"]] == ["a.py"]

    def test_a_submodule_is_named_not_followed(self, repo, run, tmp_path):
        """A staged gitlink is named among the skipped."""
        inner = Repo(tmp_path / "inner")
        inner.stage("a.py", KEY)
        inner.commit()
        repo.git("-c", "protocol.file.allow=always", "submodule", "add", "-q", str(inner.path), "sub")
        result = run("staged", "-f", "json", cwd=repo.path)
        document = json.loads(result.out)
        assert document["findings"] == []
        assert [entry["path"] for entry in document["skipped"]] == ["sub"]


class TestMerge:
    @pytest.fixture
    def merging(self, repo):
        """Two branches, the other of which brought a key; a merge in progress."""
        repo.stage("a.py", "x = 1\n")
        repo.commit("base")
        repo.git("checkout", "-q", "-b", "other")
        repo.stage("b.py", f"k = '{KEY}'\n")
        repo.commit("other")
        repo.git("checkout", "-q", "main")
        repo.stage("c.py", "y = 1\n")
        repo.commit("main")
        repo.git("merge", "--no-commit", "--no-ff", "-q", "other")
        return repo

    def test_what_came_from_the_other_parent_is_not_new(self, merging, run):
        """A key that a parent holds on that line was reported when it was committed there."""
        assert found(run, merging) == []

    def test_what_only_the_merge_adds_is_new(self, merging, run):
        """A key that neither parent has is reported."""
        merging.stage("b.py", f"k = '{KEY}'\nl = '{OTHER}'\n")
        assert found(run, merging) == [("b.py", 2)]

    def test_an_unmerged_path_is_named(self, repo, run):
        """A conflict has no content to scan yet, and says so."""
        repo.stage("a.py", "x = 1\n")
        repo.commit()
        repo.git("checkout", "-q", "-b", "other")
        repo.stage("a.py", "x = 2\n")
        repo.commit()
        repo.git("checkout", "-q", "main")
        repo.stage("a.py", "x = 3\n")
        repo.commit()
        with pytest.raises(AssertionError):
            repo.git("merge", "-q", "other")
        result = run("staged", "-f", "json", cwd=repo.path)
        document = json.loads(result.out)
        assert [entry["reason"] for entry in document["skipped"]] == ["unmerged: resolve it before the commit"]
        assert (result.code, document["complete"]) == (3, False)


class TestHook:
    """With the real client: git hands the hook another index for each kind of commit."""

    @pytest.fixture
    def ready(self, repo):
        """A repository with two committed files and the hook."""
        repo.stage("a.py", "x = 1\n")
        repo.stage("b.py", "y = 1\n")
        repo.commit()
        return repo

    def test_plain_commit(self, ready):
        """`git commit` takes the index."""
        seen = hook(ready)
        ready.stage("a.py", f"k = '{KEY}'\n")
        assert blocked(ready)
        assert seen() == [("a.py", 1)]

    def test_commit_all(self, ready):
        """`git commit -a` takes tracked changes that were never staged."""
        seen = hook(ready)
        ready.write("a.py", f"k = '{KEY}'\n")
        assert blocked(ready, "-a")
        assert seen() == [("a.py", 1)]

    def test_commit_path(self, ready):
        """`git commit PATH` takes that path from the working tree, and not what else is staged."""
        hook(ready)
        ready.stage("b.py", f"k = '{KEY}'\n")
        ready.write("a.py", "x = 2\n")
        assert not blocked(ready, "a.py")
        assert blocked(ready, "b.py")

    def test_amend(self, ready):
        """`git commit --amend` is held against HEAD, as git's own hook contract has it."""
        hook(ready)
        ready.stage("a.py", "x = 5\n")
        assert not blocked(ready, "--amend")

    def test_clean_commit_passes(self, ready):
        """A clean commit goes through."""
        hook(ready)
        ready.stage("a.py", "x = 2\n")
        assert not blocked(ready)


class TestHostile:
    def test_repository_settings_run_nothing(self, repo, run, tmp_path):
        """Neither fsmonitor, external diff, textconv, filters nor a pager of the repository is run."""
        witness = tmp_path / "witness"
        script = tmp_path / "evil"
        script.write_text(f"#!/bin/sh\ntouch '{witness}'\ncat\n")
        script.chmod(0o755)
        repo.stage(".gitattributes", "* diff=evil filter=evil\n")
        repo.stage("a.py", "x = 1\n")
        repo.commit()
        for key in (
            "core.fsmonitor",
            "diff.external",
            "diff.evil.textconv",
            "diff.evil.command",
            "core.pager",
            "pager.diff",
        ):
            repo.git("config", key, str(script))
        repo.git("config", "filter.evil.clean", str(script))
        repo.git("config", "filter.evil.smudge", str(script))
        repo.git("-c", "core.fsmonitor=false", "-c", "filter.evil.clean=", "add", "a.py")
        oid = repo.git("hash-object", "-w", "--stdin", stdin=f"k = '{KEY}'\n".encode()).decode().strip()
        repo.git("-c", "core.fsmonitor=false", "update-index", "--cacheinfo", f"100644,{oid},a.py")
        witness.unlink(missing_ok=True)
        assert found(run, repo) == [("a.py", 1)]
        assert not witness.exists()

    def test_outside_a_repository(self, run, tmp_path):
        """Outside a repository the error is one line and the code says incomplete."""
        result = run("staged", cwd=tmp_path)
        assert result.code == 3
        assert result.err == "keyscan: not a git repository (nor any of its parents)\n"

    def test_a_missing_object_is_never_clean(self, repo, run):
        """An index entry whose blob is gone is named, and the scan is incomplete."""
        repo.git("update-index", "--add", "--cacheinfo", f"100644,{'1' * 40},a.py")
        result = run("staged", "-f", "json", cwd=repo.path)
        assert result.code == 3
        assert json.loads(result.out)["complete"] is False


def rule_ids(run):
    """The ids of the built-in rules."""
    return [line.split()[0] for line in run("rules", "list").out.splitlines()]


def test_the_index_that_git_names_is_read(repo, run, monkeypatch):
    """GIT_INDEX_FILE decides which index is the next commit's."""
    repo.stage("a.py", "x\n")
    repo.commit()
    monkeypatch.setenv("GIT_INDEX_FILE", str(repo.path / ".git" / "other-index"))
    repo.git("read-tree", "HEAD")
    repo.stage("a.py", f"k = '{KEY}'\n")
    assert found(run, repo) == [("a.py", 1)]
    monkeypatch.delenv("GIT_INDEX_FILE")
    assert found(run, repo) == []
    assert os.path.exists(repo.path / ".git" / "other-index")


class TestRange:
    """`pre-commit run --from-ref A --to-ref B`: the commits of a range, whatever is staged."""

    @pytest.fixture
    def ids(self, repo):
        """Three commits: clean, one that adds a key, one that removes it; another key is staged."""
        repo.stage("a.py", "x\n")
        clean = repo.commit()
        repo.stage("a.py", KEY)
        added = repo.commit()
        repo.stage("a.py", "y\n")
        removed = repo.commit()
        repo.stage("b.py", OTHER)
        return clean, added, removed

    def scanned(self, repo, spawn, start, end):
        """Exit code and findings' paths, by the command as pre-commit starts it."""
        env = {"PRE_COMMIT": "1", "PRE_COMMIT_FROM_REF": start, "PRE_COMMIT_TO_REF": end}
        result = spawn(["staged"], cwd=repo.path, env=env)
        return result.code, "a.py" in result.out, "b.py" in result.out

    def test_what_its_commits_add(self, repo, spawn, ids):
        """Also what a later one removed; not what came before, nor what is staged."""
        clean, added, removed = ids
        assert self.scanned(repo, spawn, clean, removed) == (1, True, False)
        assert self.scanned(repo, spawn, added, removed) == (0, False, False)

    def test_an_end_that_is_not_here(self, repo, spawn, ids):
        """A shallow clone: nothing may be called clean."""
        assert self.scanned(repo, spawn, "1" * 40, ids[2])[0] == 3
