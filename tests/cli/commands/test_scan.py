"""`keyscan scan` reads what it says it reads, and names what it does not."""

from __future__ import annotations

import json
import os
import sys

import pytest
from helpers.tokens import token

from keyscan.sources import files, safe_read

KEY = token("sk-ant-api03-{b64url:93}AA", "scan")


def document(run, *argv, cwd):
    """The JSON document of a scan."""
    result = run("scan", "-f", "json", *argv, cwd=cwd)
    return json.loads(result.out) | {"code": result.code}


def places(made):
    """(path, line, column) of every finding."""
    return [(entry["path"], entry["line"], entry["column"]) for entry in made["findings"]]


class TestWorkTree:
    def test_tracked_and_untracked_but_not_ignored(self, repo, run):
        """Inside a work tree ignored files are left out, unless --all asks for them."""
        repo.stage(".gitignore", "ignored.py\n")
        repo.stage("tracked.py", KEY)
        repo.write("untracked.py", KEY)
        repo.write("ignored.py", KEY)
        assert [p[0] for p in places(document(run, cwd=repo.path))] == ["tracked.py", "untracked.py"]
        assert [p[0] for p in places(document(run, "--all", cwd=repo.path))] == [
            "ignored.py",
            "tracked.py",
            "untracked.py",
        ]

    def test_what_git_ignores_is_named(self, repo, run):
        """The report says what was left out, files before directories, and how to scan it."""
        repo.stage(".gitignore", "*.log\nbuild/\n")
        repo.stage("tracked.py", "x\n")
        assert "note:" not in run("scan", cwd=repo.path).out
        for path in ("build/out/a.txt", "c.log", "b.log", "sub/d.log"):
            repo.write(path, KEY)
        said = "note: not scanned, since git ignores it: b.log, c.log, sub/d.log, 1 more (--all scans it too)\n"
        assert said in run("scan", cwd=repo.path).out
        said = "note: not scanned, since git ignores it: sub/d.log (--all scans it too)\n"
        assert said in run("scan", "sub", cwd=repo.path).out
        for argv in (["tracked.py"], ["--all"]):
            assert "not scanned" not in run("scan", *argv, cwd=repo.path).out

    def test_a_named_file_is_scanned_even_if_ignored(self, repo, run):
        """What the user names is scanned."""
        repo.stage(".gitignore", "ignored.py\n")
        repo.write("ignored.py", KEY)
        assert places(document(run, "ignored.py", cwd=repo.path)) == [("ignored.py", 1, 1)]

    def test_a_subdirectory(self, repo, run):
        """A directory below the root is scanned alone, with names as the user wrote them."""
        repo.stage("a/x.py", KEY)
        repo.stage("b/y.py", KEY)
        assert places(document(run, "a", cwd=repo.path)) == [("a/x.py", 1, 1)]

    def test_a_deleted_tracked_file_is_no_error(self, repo, run):
        """A tracked file that is gone from the working tree is not there to scan."""
        repo.stage("a.py", "x\n")
        (repo.path / "a.py").unlink()
        assert document(run, cwd=repo.path)["code"] == 0


class TestElsewhere:
    def test_the_whole_tree(self, tmp_path, run):
        """Outside a work tree every file counts, hidden ones too."""
        (tmp_path / ".hidden").mkdir()
        (tmp_path / ".hidden" / "a").write_text(KEY)
        (tmp_path / "b").write_text(f"x\n  {KEY}")
        assert places(document(run, ".", cwd=tmp_path)) == [(".hidden/a", 1, 1), ("b", 2, 3)]

    @pytest.mark.skipif(sys.platform == "win32", reason="needs links and pipes")
    def test_links_and_pipes_are_named_not_followed(self, tmp_path, run):
        """A symbolic link, a link loop and a named pipe neither hang the scan nor leave the tree."""
        outside = tmp_path / "outside"
        outside.write_text(KEY)
        inside = tmp_path / "inside"
        inside.mkdir()
        (inside / "link").symlink_to(outside)
        (inside / "loop").symlink_to(inside)
        os.mkfifo(inside / "pipe")
        made = document(run, "inside", cwd=tmp_path)
        assert made["findings"] == []
        assert [entry["path"] for entry in made["skipped"]] == ["inside/link", "inside/loop", "inside/pipe"]
        assert made["code"] == 0

    @pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="root reads everything")
    def test_an_unreadable_file_is_incomplete(self, tmp_path, run):
        """What cannot be read is named, and the scan exits 3."""
        (tmp_path / "a").write_text("x")
        (tmp_path / "a").chmod(0)
        made = document(run, ".", cwd=tmp_path)
        assert (made["code"], made["complete"]) == (3, False)

    def test_a_file_that_vanishes_is_incomplete(self, tmp_path):
        """A file that cannot be opened becomes a skip that makes the scan incomplete."""
        target = files.Target(str(tmp_path / "gone"), "gone")
        (skip,) = safe_read.read(target, 100)
        assert (skip.path, skip.incomplete) == ("gone", True)

    def test_a_path_that_is_not_there(self, tmp_path, run):
        """A path that does not exist is a usage error of one line."""
        result = run("scan", "nowhere", cwd=tmp_path)
        assert (result.code, result.err) == (2, "keyscan: nowhere: no such file or directory\n")

    def test_a_binary_file_is_scanned_for_certain_kinds(self, tmp_path, run):
        """A key with a fixed prefix is found among bytes that are no text."""
        (tmp_path / "a.bin").write_bytes(bytes(range(256)) * 10 + KEY.encode() + b"\0\0")
        assert len(document(run, ".", cwd=tmp_path)["findings"]) == 1


class TestStdin:
    def test_standard_input(self, spawn):
        """'-' reads standard input, under the name that the user gives."""
        result = spawn(["scan", "-", "--stdin-filename", "x/y.py", "-f", "json"], stdin=f"a\n{KEY}".encode())
        assert places(json.loads(result.out)) == [("x/y.py", 2, 1)]
        assert result.code == 1


class TestLarge:
    def test_pieces_equal_the_whole(self, tmp_path, run, monkeypatch):
        """A file read in overlapping pieces gives the same places as one read whole, each once."""
        lines = [
            f"line {n} \u00e9" + (f" {token('sk-ant-api03-{b64url:93}AA', str(n))}" if n % 97 == 0 else "")
            for n in range(3000)
        ]
        (tmp_path / "a.txt").write_text("\n".join(lines), encoding="utf-8")
        whole = document(run, "a.txt", cwd=tmp_path)
        monkeypatch.setattr(safe_read, "CHUNK_SIZE", 70_000)
        pieces = document(run, "a.txt", cwd=tmp_path)
        assert places(whole) == places(pieces)
        assert len(places(whole)) == 31
        assert pieces["stats"]["files"] == 1
        assert pieces["stats"]["bytes"] == whole["stats"]["bytes"]

    def test_processes_equal_one(self, tmp_path, run):
        """The report is the same whatever --jobs is."""
        for n in range(700):
            (tmp_path / f"f{n}").write_text(
                f"x\n{token('sk-ant-api03-{b64url:93}AA', str(n)) if n % 50 == 0 else ''}\n"
            )
        one = document(run, "-j", "1", ".", cwd=tmp_path)
        many = document(run, "-j", "3", ".", cwd=tmp_path)
        assert one["findings"] == many["findings"]
        assert len(one["findings"]) == 14
        assert one["stats"]["files"] == many["stats"]["files"] == 700


class TestPrecision:
    def test_findings_below_the_minimum_precision_are_counted_and_not_told(self, tmp_path, run):
        """The option and the key hide what is less sure, and the last line says how much."""
        (tmp_path / "a.py").write_text(token('password = "{alnum:9}4x{alnum:3}"\n', "precision"), encoding="utf-8")
        assert run("scan", cwd=tmp_path).code == 1
        hidden = run("scan", "--min-precision", "very-high", cwd=tmp_path)
        assert hidden.code == 0
        assert "1 below the minimum precision" in hidden.out
        (tmp_path / ".keyscan.toml").write_text('min-precision = "very-high"\n', encoding="utf-8")
        assert "1 below the minimum precision" in run("scan", cwd=tmp_path).out
        assert run("scan", "--min-precision", "low", cwd=tmp_path).code == 1


# Not codequality and csv, which hold findings only: there the exit code tells.
FORMATS = [
    "console", "concise", "statistics", "json", "jsonl", "sarif", "gitlab", "github", "github-summary", "junit",
    "markdown", "html",
]  # fmt: skip


class TestSwitchedOff:
    """A configuration that leaves nothing to find or to read is never answered with "clean"."""

    @pytest.mark.parametrize("name", FORMATS)
    def test_no_rule_is_left(self, repo, run, name):
        """Every format says so, and the scan is incomplete."""
        repo.write(".keyscan.toml", "builtin-rules = false\n")
        repo.write("a.py", "x\n")
        done = run("scan", "-f", name, cwd=repo.path)
        assert done.code == 3
        assert "the configuration disables every rule" in done.out

    @pytest.mark.parametrize("name", FORMATS)
    def test_every_file_is_excluded(self, repo, run, name):
        """What was asked for was not read: every format says so, and the scan is incomplete."""
        repo.write(".keyscan.toml", 'exclude = ["*"]\n')
        repo.write("a.py", "x\n")
        done = run("scan", "-f", name, cwd=repo.path)
        assert done.code == 3
        assert "the configuration excludes every file" in done.out

    def test_some_files_are_excluded(self, repo, run, anthropic_key):
        """They are counted, also in the hook, and the rest is scanned."""
        repo.write(".keyscan.toml", 'exclude = ["/gen/"]\n')
        repo.stage("gen/a.py", f"{anthropic_key}\n")
        repo.stage("b.py", "x\n")
        repo.stage(".keyscan.toml", 'exclude = ["/gen/"]\n')
        for words in (("scan", "."), ("staged",)):
            done = run(*words, cwd=repo.path)
            assert done.code == 0
            assert "exclude: the configuration excludes 1 file" in done.out
        assert run("scan", "gen/a.py", cwd=repo.path).code == 1


def test_standard_input_that_was_not_read_is_not_clean(spawn):
    """What the user gave is read, or the scan is incomplete: like a file that was named."""
    result = spawn(["scan", "-"], stdin=b"%PDF-1.7 of something")
    assert (result.code, "PDF document: not opened" in result.out + result.err) == (3, True)
