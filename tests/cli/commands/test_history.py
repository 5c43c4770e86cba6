"""`keyscan history`: every version of every file, once, with its provenance."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zlib

import pytest
from helpers.repository import Repo
from helpers.tokens import key


class TestCoverage:
    def test_an_empty_repository_is_clean(self, repo, audit):
        """No commit, nothing to find, exit 0."""
        code, findings, document = audit(repo)
        assert (code, findings) == (0, [])
        assert document["stats"]["blobs"] == document["stats"]["commits"] == 0

    def test_a_clean_history_is_clean_and_says_what_it_read(self, repo, audit):
        """Each version of a file counts as one blob, each commit message as one commit."""
        for text in ("a\n", "b\n", "a\n"):
            repo.stage("a.txt", text)
            repo.commit()
        code, findings, document = audit(repo)
        assert (code, findings) == (0, [])
        assert (document["stats"]["blobs"], document["stats"]["commits"]) == (2, 3)

    def test_a_directory_that_is_no_repository_is_refused(self, run, tmp_path):
        """Exit 3, in words."""
        result = run("history", str(tmp_path))
        assert result.code == 3
        assert "not a git repository" in result.err

    def test_added_and_deleted(self, repo, audit):
        """A secret that only the past holds is found at the commit that brought it in."""
        repo.commit("first")
        repo.stage("a.py", f"x = 1\nkey = '{key()}'\n")
        bad = repo.commit("add")
        repo.stage("a.py", "x = 1\n")
        gone = repo.commit("remove")
        code, [finding], _ = audit(repo)
        assert code == 1
        assert (finding["provenance"]["in_head"], finding["provenance"]["removed_in"]) == (False, gone)
        assert (finding["path"], finding["line"], finding["commit"], finding["author"]) == ("a.py", 2, bad, "Ada")

    def test_only_a_merge_brought_it_in(self, repo, audit):
        """An evil merge: the secret is in no parent, and the merge is named."""
        repo.stage("a.py", "x = 1\n")
        repo.commit()
        repo.git("checkout", "-q", "-b", "side")
        repo.stage("b.py", "y = 1\n")
        repo.commit()
        repo.git("checkout", "-q", "main")
        repo.stage("c.py", "z = 1\n")
        repo.commit()
        repo.git("merge", "-q", "--no-commit", "--no-ff", "side")
        repo.stage("a.py", f"x = '{key()}'\n")
        merge = repo.commit("merge")
        repo.stage("a.py", "x = 1\n")
        repo.commit()
        code, [finding], _ = audit(repo)
        assert (code, finding["commit"], finding["path"]) == (1, merge, "a.py")

    def test_stash_notes_tags_and_unmerged_branches(self, repo, audit):
        """Whatever a ref reaches is read: two stash entries, an untracked file in one, a note, a tag's own blob."""
        repo.stage("a.py", "x = 1\n")
        repo.commit()
        repo.write("a.py", key("older stash"))
        repo.git("stash", "-q")
        repo.write("new.py", key("untracked"))
        repo.git("stash", "-q", "-u")
        repo.git("notes", "add", "-m", key("note"))
        blob = repo.git("hash-object", "-w", "--stdin", stdin=key("tagged blob").encode()).decode().strip()
        repo.git("tag", "blob", blob)
        repo.git("checkout", "-q", "--orphan", "lonely")
        repo.stage("b.py", key("branch"))
        repo.commit()
        repo.git("checkout", "-q", "main")
        code, findings, _ = audit(repo)
        assert code == 1
        assert len({finding["fingerprint"] for finding in findings}) == 5

    def test_messages_and_names(self, repo, audit):
        """Commit messages, tag messages (also of a tag of a tag) and names of refs are read."""
        repo.commit(f"use {key('message')}")
        repo.git("tag", "-a", "v1", "-m", f"has {key('tag')}")
        repo.git("tag", "-a", "v2", "-m", "outer", "v1")
        repo.git("tag", "-d", "v1")
        repo.git("branch", f"try-{key('branch')}")
        code, findings, _ = audit(repo)
        assert code == 1
        assert len(findings) == 3

    def test_unreachable_objects_count_only_when_asked_for(self, repo, audit):
        """A commit that was reset away is left out, found with --reflog, and all loose objects with --all-objects."""
        repo.commit("first")
        repo.stage("a.py", key("reset"))
        repo.commit()
        repo.git("reset", "-q", "--hard", "HEAD~1")
        repo.git("hash-object", "-w", "--stdin", stdin=key("loose").encode())
        assert audit(repo)[0] == 0
        assert len(audit(repo, "--reflog")[1]) == 1
        assert len(audit(repo, "--all-objects")[1]) == 2

    def test_the_same_blob_at_many_paths_is_read_once(self, repo, audit):
        """One finding, the other paths named."""
        for name in ("b.py", "a.py", "sub/c.py"):
            repo.stage(name, key())
        repo.commit()
        code, [finding], document = audit(repo)
        assert (code, finding["path"], document["stats"]["blobs"]) == (1, "a.py", 1)

    def test_names_of_any_bytes(self, repo, audit):
        """Spaces, newlines, quotes and bytes that are not UTF-8 in names."""
        names = [b"a b.py", b"new\nline.py", b'quo"te.py', b"\xff\xfe.py", "ünï.py".encode()]
        for number, name in enumerate(names):
            repo.stage(name, key(str(number)))
        repo.commit()
        code, findings, _ = audit(repo)
        assert code == 1
        assert {finding["path"] for finding in findings} == {
            "a b.py", "new\nline.py", 'quo"te.py', "\\xff\\xfe.py", "ünï.py",
        }  # fmt: skip

    @pytest.mark.parametrize("packed", [False, True])
    def test_findings_do_not_depend_on_jobs_or_packing(self, repo, run, packed):
        """The same document with one process and with three."""
        for number in range(40):
            repo.stage(f"f{number % 7}.py", f"a = {number}\n" + (key(str(number % 5)) if number % 3 else ""))
            repo.commit()
        if packed:
            repo.git("gc", "-q")
        outs = [
            run("history", "--format", "json", "--no-cache", "--jobs", jobs, cwd=repo.path).out for jobs in ("1", "3")
        ]
        documents = [json.loads(out) for out in outs]
        for document in documents:
            document["stats"]["seconds"] = 0
        assert documents[0] == documents[1]
        assert len(documents[0]["findings"]) == 5


class TestGaps:
    def test_a_shallow_clone_is_never_clean(self, repo, tmp_path, run):
        """Exit 3 with the remedy; --allow-shallow accepts it; a finding wins."""
        repo.stage("a.py", "x\n")
        repo.commit()
        repo.commit()
        clone = tmp_path / "clone"
        repo.git("clone", "-q", "--depth=1", f"file://{repo.path}", str(clone))
        result = run("history", str(clone))
        assert result.code == 3
        assert "fetch-depth: 0" in result.out
        assert run("history", str(clone), "--allow-shallow").code == 0

    def test_a_partial_clone_is_never_clean_and_fetches_nothing(self, repo, tmp_path, run):
        """Blobs that a partial clone lacks are counted, not fetched."""
        repo.stage("a.py", key())
        repo.commit()
        repo.stage("a.py", "x\n")
        repo.commit()
        repo.git("config", "uploadpack.allowFilter", "true")
        clone = tmp_path / "clone"
        repo.git("clone", "-q", "--filter=blob:none", f"file://{repo.path}", str(clone))
        result = run("history", str(clone))
        assert result.code == 3
        assert "missing" in result.out
        assert run("history", str(clone)).code == 3

    def test_a_path_that_is_not_there(self, run, tmp_path):
        """As everywhere: the command line is wrong, one line says so."""
        result = run("history", str(tmp_path / "nowhere"))
        assert result.code == 2
        assert result.err.count("\n") == 1
        assert "no such file or directory" in result.err

    def test_a_missing_blob_is_said(self, repo, run):
        """The rest is read. What other tests scanned is known to hold nothing, so this is nobody else's."""
        repo.stage("a.py", "in no other test's repository\n")
        repo.commit()
        oid = repo.git("rev-parse", ":a.py").decode().strip()
        repo.stage("b.py", key())
        repo.commit()
        (repo.path / ".git/objects" / oid[:2] / oid[2:]).unlink()
        result = run("history", cwd=repo.path)
        assert result.code == 1
        assert "missing" in result.out

    def test_a_corrupt_object_is_said_and_the_rest_read(self, repo, run):
        """Objects behind it in the same batch are still scanned."""
        repo.stage("a.py", "good\n")
        repo.stage("b.py", "bad\n")
        repo.stage("c.py", key())
        repo.commit()
        oid = repo.git("rev-parse", ":b.py").decode().strip()
        file = repo.path / ".git/objects" / oid[:2] / oid[2:]
        file.chmod(0o600)
        file.write_bytes(zlib.compress(b"blob 4\0bad\n")[:-6] + b"broken")
        result = run("history", cwd=repo.path)
        assert result.code == 1
        assert "b.py" in result.out
        assert "not read" in result.out

    def test_a_corrupt_pack_is_never_clean(self, repo, run):
        """Bytes changed in the middle of a pack."""
        for number in range(20):
            repo.stage("a.py", f"{number}\n" * 100)
            repo.commit()
        repo.git("gc", "-q")
        (pack,) = (repo.path / ".git/objects/pack").glob("*.pack")
        data = bytearray(pack.read_bytes())
        for at in range(len(data) // 3, len(data) // 3 * 2):
            data[at] ^= 0x55
        pack.chmod(0o600)
        pack.write_bytes(data)
        assert run("history", cwd=repo.path).code == 3

    def test_a_missing_commit_is_never_clean(self, repo, run):
        """A history with a hole in it."""
        first = repo.commit("first")
        repo.commit("second")
        (repo.path / ".git/objects" / first[:2] / first[2:]).unlink()
        assert run("history", cwd=repo.path).code == 3

    def test_a_ref_to_nothing_is_never_clean(self, repo, run):
        """A broken ref, which git only warns of."""
        repo.commit("first")
        (repo.path / ".git/refs/heads/broken").write_text("1" * 40 + "\n")
        assert run("history", cwd=repo.path).code == 3

    def test_a_graft_is_said(self, repo, run):
        """A grafted history exits 3."""
        repo.commit("first")
        head = repo.commit("second")
        (repo.path / ".git/info").mkdir(exist_ok=True)
        (repo.path / ".git/info/grafts").write_text(head + "\n")
        result = run("history", cwd=repo.path)
        assert result.code == 3
        assert "graft" in result.out

    @pytest.mark.parametrize("text", ["nope..HEAD", "HEAD..nope", "--all..HEAD", "nope", "HEAD~9..HEAD", "x...y"])
    def test_a_range_that_does_not_resolve(self, repo, run, text):
        """Exit 3 with the remedy, never clean."""
        repo.commit()
        result = run("history", f"--range={text}", cwd=repo.path)
        assert result.code == 3
        assert "fetch-depth: 0" in result.err

    def test_a_date_that_is_none(self, repo, run):
        """Git would take nonsense for now, and find no commit."""
        repo.commit()
        assert run("history", "--since", "nonsense", cwd=repo.path).code == 2
        assert run("history", "--since", "2020-01-01", cwd=repo.path).code == 0


class TestShapes:
    def test_bare_repositories(self, repo, tmp_path, run):
        """A mirror without a work tree."""
        repo.stage("a.py", key())
        repo.commit()
        repo.git("clone", "-q", "--mirror", str(repo.path), str(tmp_path / "bare"))
        assert run("history", str(tmp_path / "bare")).code == 1

    def test_worktrees_and_their_heads(self, repo, tmp_path, run):
        """A detached HEAD of another work tree is read; the audit runs in either."""
        repo.stage("a.py", "x\n")
        repo.commit()
        other = tmp_path / "other"
        repo.git("worktree", "add", "-q", "--detach", str(other))
        (other / "a.py").write_text(key())
        subprocess.run(["git", "commit", "-qam", "there"], cwd=other, check=True)
        assert run("history", cwd=repo.path).code == 1
        assert run("history", cwd=other).code == 1

    def test_alternates(self, repo, tmp_path, run):
        """Objects that another repository lends."""
        repo.stage("a.py", key())
        repo.commit()
        repo.git("clone", "-q", "--shared", str(repo.path), str(tmp_path / "borrower"))
        assert run("history", str(tmp_path / "borrower")).code == 1
        shutil.rmtree(repo.path / ".git/objects")
        assert run("history", str(tmp_path / "borrower")).code == 3

    def test_sha256(self, tmp_path, run):
        """Ids of 64 digits."""
        repo = Repo(tmp_path / "sha256", "--object-format=sha256")
        repo.stage("a.py", key())
        repo.commit()
        repo.stage("a.py", "x\n")
        repo.commit()
        repo.git("gc", "-q")
        result = run("history", cwd=repo.path)
        assert result.code == 1
        assert "a.py:1:1" in result.out

    def test_replace_refs_do_not_hide_anything(self, repo, run):
        """A commit replaced by a clean one is still read."""
        repo.stage("a.py", key())
        bad = repo.commit()
        repo.stage("a.py", "x\n")
        good = repo.commit()
        repo.git("replace", "-f", bad, good)
        assert run("history", cwd=repo.path).code == 1

    def test_submodules_only_when_asked_for(self, repo, tmp_path, run):
        """Their findings stand below the submodule's path."""
        inner = Repo(tmp_path / "inner")
        inner.stage("a.py", key())
        inner.commit()
        repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(inner.path), "libs/inner")
        repo.commit()
        assert run("history", cwd=repo.path).code == 0
        result = run("history", "--recurse-submodules", cwd=repo.path)
        assert result.code == 1
        assert "libs/inner/a.py:1:1" in result.out

    def test_somebody_elses_repository_is_refused_in_words(self, repo, run, monkeypatch):
        """Git's refusal becomes a line that says what to do."""
        repo.commit()
        monkeypatch.setenv("GIT_TEST_ASSUME_DIFFERENT_OWNER", "1")
        result = run("history", cwd=repo.path)
        assert result.code == 3
        assert "safe.directory" in result.err

    def test_a_huge_blob_is_read_in_pieces(self, repo, audit):
        """A key past 40 MB, at its right line; git's stream goes on behind it."""
        repo.stage("big.bin", b"x" * 79 + b"\n" + (b"y" * 99 + b"\n") * 400_000 + key().encode() + b"\nrest\n")
        repo.stage("small.py", key("other"))
        repo.commit()
        code, findings, _ = audit(repo)
        assert code == 1
        assert {(f["path"], f["line"]) for f in findings} == {("big.bin", 400_002), ("small.py", 1)}


@pytest.mark.skipif(os.name == "nt", reason="signals are POSIX")
def test_an_interruption_reports_what_was_found(tmp_path):
    """Ctrl-C: exit 130, and the report says that it is incomplete."""
    repo = Repo(tmp_path / "slow")
    repo.stage("a.py", key())
    repo.commit()
    script = (
        "import os, signal, sys\n"
        "from keyscan.cli import main as cli\nfrom keyscan.history import audit\n"
        "def stop(*_): os.kill(os.getpid(), signal.SIGINT)\n"
        "audit._scan_names = stop\n"
        "sys.exit(cli.main(['history', '--format', 'json', '--jobs', '1']))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=repo.path, capture_output=True, check=False,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}, timeout=60,
    )  # fmt: skip
    assert done.returncode == 130
    document = json.loads(done.stdout)
    assert document["complete"] is False
    assert len(document["findings"]) == 1


def test_a_file_is_no_repository(repo, run):
    """The message says what history takes, and what scans a file."""
    repo.stage("a.py", "x\n")
    repo.commit()
    done = run("history", "a.py", cwd=repo.path)
    assert done.code == 2
    assert "a.py: not a directory" in done.err
    assert "keyscan scan" in done.err
