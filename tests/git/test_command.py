"""Running git: what it would wait for, and what it says when it fails."""

from __future__ import annotations

import os

import pytest
from helpers.tokens import token

from keyscan.errors import GitError
from keyscan.git import command, commits, pipes
from keyscan.git.command import Git


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
class TestPipes:
    @pytest.fixture(autouse=True)
    def _soon(self, monkeypatch):
        """Half a second is waited, not five."""
        monkeypatch.setattr(pipes, "PATIENCE", 0.5)

    @pytest.mark.parametrize(
        ("name", "words"),
        [(".gitignore", ("scan", ".")), ("deep/below/.gitignore", ("scan", ".")), (".gitignore", ("env",))],
    )
    def test_a_pipe_in_a_gitignores_place_is_named(self, repo, run, name, words):
        """Git would wait for it for ever; the scan says so and fails."""
        repo.stage("a.py", "x\n")
        repo.commit()
        repo.write("deep/below/b.py", "x\n")
        os.mkfifo(repo.path / name)
        done = run(*words, cwd=repo.path)
        assert done.code == 3
        assert f"{name}: not a regular file" in done.out + done.err

    def test_below_the_root(self, repo, run):
        """A pipe above the directory that is scanned counts too."""
        repo.stage("sub/a.py", "x\n")
        os.mkfifo(repo.path / ".gitignore")
        assert run("scan", "sub", cwd=repo.path).code == 3

    def test_a_pipe_in_the_mailmaps_place_is_not_read(self, repo, run):
        """The author's name is then the one in the commit."""
        repo.stage("a.py", token("sk-ant-api03-{b64url:93}AA", "mailmap"))
        head = repo.commit()
        os.mkfifo(repo.path / ".mailmap")
        assert commits.details(Git(repo.path), [head.encode()])[head.encode()].author == "Ada"
        assert run("history", cwd=repo.path).code == 1

    def test_a_slow_git_is_waited_for(self, repo, monkeypatch):
        """Where no pipe is in the way, time alone ends nothing."""
        monkeypatch.setattr(pipes, "PATIENCE", 0.0)
        repo.stage("a.py", "x\n")
        assert Git(repo.path).run("ls-files") == b"a.py\n"
        assert Git(repo.path).run("hash-object", "--stdin", stdin=b"x\n" * 1000)


def test_the_mailmap_is_applied(repo):
    """From the work tree, and in a bare repository from HEAD."""
    repo.stage(".mailmap", "Real Name <real@example.org> <ada@example.org>\n")
    head = repo.commit().encode()
    assert commits.details(Git(repo.path), [head])[head].author == "Real Name"
    assert commits.details(Git(repo.path / ".git"), [head])[head].author == "Real Name"


def test_errors_name_the_command(repo):
    """Not an option before it."""
    with pytest.raises(GitError, match="git diff failed"):
        Git(repo.path).run(command.PATHSPEC_MAGIC, "diff", "nothing", "--")


@pytest.mark.parametrize(("name", "words"), [("a.py", "not a directory"), ("gone", "no such directory")])
def test_a_directory_that_is_none_is_named(repo, name, words):
    """Git cannot be started there, and the message says why."""
    repo.write("a.py", "x\n")
    with pytest.raises(GitError, match=f"{name}: {words}"):
        Git(repo.path / name).run("status")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives a directory away")
@pytest.mark.parametrize("argv", [("staged",), ("history",), ("scan", "."), ("ci",), ("fix",)], ids=" ".join)
def test_a_repository_of_somebody_else_is_named_as_such(repo, run, argv):
    """Every command says why git takes none, and what to do; none says that there is no repository."""
    repo.stage("a.py", "x\n")
    for place in (repo.path, *repo.path.rglob("*")):
        os.chown(place, 12345, 12345)
    done = run(*argv, cwd=repo.path)
    assert done.code == 3
    assert "somebody else owns it; if you trust it, run: git config --global" in done.err
