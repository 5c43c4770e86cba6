"""A running git: records as they arrive, complaints as Skips, and an end in every case."""

from __future__ import annotations

import pytest

from keyscan.errors import GitError
from keyscan.git.command import Git, error_of
from keyscan.git.output import Output, history_skip


def test_records(repo):
    """What a separator ends, without it; a last part without one counts too."""
    repo.stage("a b", "1\n")
    repo.stage("c", "2\n")
    with Output(Git(repo.path), "ls-files", "-z") as out:
        assert list(out.records(b"\0")) == [b"a b", b"c"]
    with Output(Git(repo.path), "rev-parse", "--git-dir") as out:
        assert list(out.records(b"!")) == [b".git\n"]


def test_records_over_the_edges_of_chunks(repo, monkeypatch):
    """A record that is cut by the edge of a chunk is whole."""
    monkeypatch.setattr("keyscan.git.output._BUFFER", 3)
    oids = [repo.git("hash-object", "-w", "--stdin", stdin=str(number).encode()).strip() for number in range(5)]
    with Output(Git(repo.path), "cat-file", "--batch-check=%(objectname)", lines=oids) as out:
        assert list(out.records(b"\n")) == oids


def test_complaints_and_skips(repo):
    """Git's own words, a line each, and an exit code where it says nothing."""
    with Output(Git(repo.path), "cat-file", "blob", "HEAD") as out:
        assert list(out.chunks()) == []
        (line,) = out.complaints()
        assert not line.startswith("fatal: ")
        assert [(skip.path, skip.incomplete) for skip in out.skips()] == [("history", True)]
        with pytest.raises(GitError, match="git cat-file failed: "):
            out.check()
    with Output(Git(repo.path), "rev-parse", "--git-dir") as out:
        assert list(out.chunks()) == [b".git\n"]
        assert out.complaints() == []
        out.check()
    with Output(Git(repo.path), "config", "--get", "no.such.key") as out:
        assert out.complaints() == ["git config ended with 1"]


def test_leaving_early_ends_git(repo):
    """A git of which not all was read is ended, and no pipe stays open."""
    repo.stage("a", "x" * 5_000_000)
    with Output(Git(repo.path), "cat-file", "blob", ":a") as out:
        next(out.chunks())
        process = out._process
    assert process.returncode is not None
    assert process.stdout.closed


@pytest.mark.parametrize("text", ["bad object HEAD", "unable to read 1234", "missing blob 12"])
def test_the_remedy_stands_where_objects_are_missing(text):
    """Only what git does not have is fetched again."""
    assert history_skip(text).reason.startswith(f"{text}; fetch them with")
    assert history_skip("ignoring broken ref").reason == "ignoring broken ref"


def test_hints_are_no_complaints(repo):
    """Git's advice on a setting says nothing of what was read; its errors stand before its warnings."""
    commit = repo.commit()
    repo.write(".git/info/grafts", f"{commit}\n")
    with Output(Git(repo.path), "rev-list", "HEAD") as out:
        assert list(out.records(b"\n")) == [commit.encode()]
        assert [line for line in out.complaints() if line.startswith("hint")] == []
    assert str(error_of(("log",), b"warning: lazy fetching disabled\nfatal: bad tree\n")) == "git log failed: bad tree"
    newer = b"fatal: unknown repository extension found:\n\n\trefstorage\n"
    assert str(error_of(("log",), newer)) == "git log failed: unknown repository extension found: refstorage"
    assert str(error_of(("log",), b"odd words\n")) == "git log failed: odd words"
    assert str(error_of(("log",), b"")) == "git log failed: it gave no reason"
