"""`keyscan pre-push`: every case of a push, with real pushes."""

from __future__ import annotations

import subprocess

import pytest
from helpers.hooks import hook, push
from helpers.paths import ROOT
from helpers.repository import Repo
from helpers.tokens import key

from keyscan.git.command import Git

ZERO = "0" * 40


@pytest.fixture
def pair(repo, tmp_path):
    """A repository with a remote named origin that it may push to, and the pre-push hook."""
    subprocess.run(["git", "init", "-q", "--bare", str(tmp_path / "remote.git")], check=True)
    repo.git("remote", "add", "origin", str(tmp_path / "remote.git"))
    hook(repo, "pre-push")
    return repo


class TestNative:
    def test_the_first_push_to_an_empty_remote(self, pair):
        """All of the branch is new; a clean one goes through, a secret in its past does not."""
        pair.stage("a.py", "x = 1\n")
        pair.commit()
        assert push(pair, "origin", "main")[0]
        pair.git("checkout", "-q", "--orphan", "other")
        pair.stage("a.py", key())
        pair.commit()
        pair.stage("a.py", "gone\n")
        pair.commit()
        went, said = push(pair, "origin", "other")
        assert not went
        assert "a.py:1:1" in said

    def test_what_the_remote_has_is_left_out(self, pair):
        """A new branch on old commits, and an update, report only the new commits."""
        pair.stage("a.py", key("old"))
        pair.commit()
        assert push(pair, "--no-verify", "origin", "main")[0]
        pair.stage("b.py", "x\n")
        pair.commit()
        assert push(pair, "origin", "main")[0]
        assert push(pair, "origin", "HEAD:refs/heads/new")[0]
        pair.stage("c.py", key("new"))
        pair.commit()
        assert not push(pair, "origin", "main")[0]
        assert not push(pair, "origin", "HEAD:refs/heads/new")[0]

    def test_all_refs_of_one_push_count(self, pair):
        """The second branch holds it."""
        pair.commit()
        pair.git("checkout", "-q", "-b", "side")
        pair.stage("a.py", key())
        pair.commit()
        assert not push(pair, "origin", "main", "side")[0]

    def test_deletions_hold_nothing(self, pair):
        """A branch is taken away without a scan."""
        pair.commit()
        assert push(pair, "origin", "main", "HEAD:refs/heads/gone")[0]
        went, _ = push(pair, "origin", ":refs/heads/gone")
        assert went

    def test_tags_their_messages_and_what_they_point_to(self, pair):
        """An annotated tag, a tag of a blob, a tag's own name."""
        pair.commit()
        assert push(pair, "origin", "main")[0]
        pair.git("tag", "-a", "fine", "-m", "fine")
        assert push(pair, "origin", "fine")[0]
        pair.git("tag", "-a", "said", "-m", key("message"))
        assert not push(pair, "origin", "said")[0]
        blob = pair.git("hash-object", "-w", "--stdin", stdin=key("blob").encode()).decode().strip()
        pair.git("tag", "blob", blob)
        assert not push(pair, "origin", "blob")[0]
        name = f"v-{key('name')}"
        pair.git("tag", name)
        assert not push(pair, "origin", name)[0]

    @pytest.mark.parametrize("hides", ["its parents", "the commit itself"])
    def test_a_graft_that_hides_a_commit_is_no_clean_push(self, repo, spawn, hides):
        """Git leaves out what stands behind a graft; one of the remote's commits may even reach the pushed ones."""
        base = repo.commit()
        repo.stage("a.py", key())
        repo.commit()
        repo.git("rm", "-q", "a.py")
        head = repo.commit()
        repo.write(".git/info/grafts", f"{head} {base}\n" if hides == "its parents" else f"{base} {head}\n")
        line = f"refs/heads/main {head} refs/heads/main {base}\n".encode()
        for argv in (["pre-push", "origin"], ["history", f"--range={base}..{head}"]):
            done = spawn(argv, cwd=repo.path, stdin=line)
            assert done.code == 3, argv
            assert "grafted history" in done.out

    def test_a_rewritten_branch_whose_old_value_is_not_here(self, pair, tmp_path):
        """The remote moved on elsewhere: what is known of it still bounds the scan."""
        pair.stage("a.py", key("old"))
        pair.commit()
        assert push(pair, "--no-verify", "origin", "main")[0]
        other = Repo(tmp_path / "other")
        other.git("pull", "-q", str(tmp_path / "remote.git"), "main")
        other.commit("elsewhere")
        other.git("push", "-q", str(tmp_path / "remote.git"), "HEAD:main")
        pair.commit("mine")
        assert push(pair, "--force", "origin", "main")[0]
        pair.stage("b.py", key("new"))
        pair.commit()
        assert not push(pair, "--force", "origin", "main")[0]

    def test_net_counts_only_what_remains(self, pair):
        """A key added and removed within the push goes through with --net."""
        pair.commit()
        assert push(pair, "origin", "main")[0]
        pair.stage("a.py", key())
        pair.commit()
        pair.stage("a.py", "x\n")
        pair.commit()
        assert not push(pair, "origin", "main")[0]
        hook(pair, "pre-push", "--net")
        assert push(pair, "origin", "main")[0]

    def test_a_merge_message_and_a_commit_message(self, pair):
        """Messages are pushed as well."""
        pair.commit()
        assert push(pair, "origin", "main")[0]
        pair.commit(f"use {key()}")
        assert not push(pair, "origin", "main")[0]

    def test_ignores_are_those_of_the_pushed_commit(self, pair):
        """A configuration that is only in the working tree does not count."""
        pair.commit()
        assert push(pair, "origin", "main")[0]
        pair.stage("fixtures/a.py", key())
        pair.commit()
        pair.write(".keyscan.toml", 'exclude = ["fixtures/"]\n')
        assert not push(pair, "origin", "main")[0]
        pair.git("add", ".keyscan.toml")
        pair.commit()
        assert push(pair, "origin", "main")[0]

    def test_no_ref_is_judged_by_another_ones_configuration(self, pair):
        """Configuration that differs among the refs of a push is not used, and that is said."""
        pair.commit()
        assert push(pair, "origin", "main")[0]
        pair.git("checkout", "-q", "-b", "aside")
        pair.stage(".keyscan.toml", 'exclude = ["*.py"]\n')
        pair.commit()
        pair.git("checkout", "-q", "-b", "topic", "main")
        pair.stage("a.py", key())
        pair.commit()
        went, said = push(pair, "origin", "aside", "topic")
        assert not went
        assert ".keyscan.toml differs among the pushed refs: not used" in said
        assert "a.py:1:1" in said
        pair.git("checkout", "-q", "aside")
        pair.stage("b.py", key())
        pair.commit()
        assert push(pair, "origin", "aside")[0]

    def test_many_refs_cost_no_process_each(self, repo, run, monkeypatch):
        """A mirror's thousands of refs: the processes that a push starts do not grow with them."""
        repo.stage("a.py", key())
        first = repo.commit()
        made = "".join(
            f"commit refs/heads/b{number}\ncommitter A <a@b> {number} +0000\ndata 0\n" for number in range(300)
        )
        repo.git("fast-import", "--quiet", stdin=made.encode())
        refs = repo.git("for-each-ref", "--format=%(refname) %(objectname) %(refname)").decode().splitlines()
        lines = "".join(f"{line} {ZERO}\n" for line in refs)
        started = []
        start = Git.start
        monkeypatch.setattr(
            Git, "start", lambda git, *args, **given: started.append(args) or start(git, *args, **given)
        )
        monkeypatch.setattr("keyscan.cli.commands.pre_push.standard_input", lambda _hook: lines.encode())
        result = run("pre-push", "origin", "x", cwd=repo.path)
        assert result.code == 1
        assert first[:12] in result.out
        assert len(started) < 40


class TestInput:
    @pytest.mark.parametrize("lines", ["nonsense\n", "a b c\n", f"refs/heads/main {'g' * 40} refs/heads/main {ZERO}\n"])
    def test_what_git_would_not_say_is_refused(self, repo, spawn, lines):
        """Exit 2, never clean."""
        repo.commit()
        assert spawn(["pre-push", "origin", "x"], cwd=repo.path, stdin=lines.encode()).code == 2

    def test_no_lines_are_clean(self, repo, spawn):
        """Nothing to push is nothing to find, and it says so."""
        repo.commit()
        result = spawn(["pre-push", "origin", "x"], cwd=repo.path)
        assert result.code == 0
        assert "no commit is pushed" in result.out

    def test_an_id_that_is_not_here(self, repo, spawn):
        """Exit 3."""
        repo.commit()
        lines = f"refs/heads/main {'1' * 40} refs/heads/main {ZERO}\n"
        assert spawn(["pre-push", "origin", "x"], cwd=repo.path, stdin=lines.encode()).code == 3


class TestVariables:
    """pre-commit and prek give no standard input but variables."""

    @pytest.fixture
    def ids(self, repo):
        """Three commits: clean, one that adds a key, one that removes it."""
        repo.stage("a.py", "x\n")
        clean = repo.commit()
        repo.stage("a.py", key())
        added = repo.commit()
        repo.stage("a.py", "y\n")
        return clean, added, repo.commit()

    def code(self, repo, spawn, **variables):
        env = {f"PRE_COMMIT_{name}": value for name, value in variables.items()}
        return spawn(["pre-push"], cwd=repo.path, env=env).code

    def test_from_and_to(self, repo, spawn, ids):
        """The usual push."""
        clean, added, removed = ids
        assert self.code(repo, spawn, FROM_REF=added, TO_REF=removed, REMOTE_NAME="origin") == 0
        assert self.code(repo, spawn, FROM_REF=clean, TO_REF=removed, REMOTE_NAME="origin") == 1

    def test_first_push_to_an_empty_remote(self, repo, spawn, ids):
        """pre-commit sets neither ref, prek only the second."""
        _, _, removed = ids
        assert self.code(repo, spawn, REMOTE_NAME="origin", LOCAL_BRANCH="refs/heads/main") == 1
        assert self.code(repo, spawn, REMOTE_NAME="origin", TO_REF=removed) == 1
        repo.git("update-ref", "refs/remotes/origin/main", removed)
        assert self.code(repo, spawn, REMOTE_NAME="origin", TO_REF=removed) == 0

    def test_an_old_value_that_is_not_here(self, repo, spawn, ids):
        """All that the remote is not known to have is read."""
        clean, _, removed = ids
        assert self.code(repo, spawn, FROM_REF="1" * 40, TO_REF=removed, REMOTE_NAME="origin") == 1
        assert self.code(repo, spawn, FROM_REF=clean, TO_REF="1" * 40, REMOTE_NAME="origin") == 3

    def test_the_hook_of_pre_commit_exists(self):
        """Its entry is the command, and it always runs."""
        text = (ROOT / ".pre-commit-hooks.yaml").read_text()
        part = text[text.index("- id: keyscan-push") :]
        assert "entry: keyscan pre-push" in part
        assert "always_run: true" in part
        assert "pass_filenames: false" in part
