"""`keyscan pre-receive`: a server refuses a push before it has its objects."""

from __future__ import annotations

import shlex
import subprocess
import sys

from helpers.paths import ROOT
from helpers.repository import Repo
from helpers.tokens import token


def key(seed="test"):
    """A well-formed fake Anthropic key."""
    return token("sk-ant-api03-{b64url:93}AA", seed)


def hook(repo, name, *arguments):
    """Install `keyscan NAME` from this checkout as a hook of `repo`."""
    root = ROOT
    file = repo.path / (".git/hooks" if (repo.path / ".git").is_dir() else "hooks") / name
    file.parent.mkdir(exist_ok=True)
    words = " ".join([shlex.quote(sys.executable), "-m", "keyscan", name, *arguments])
    file.write_text(f'#!/bin/sh\nPYTHONPATH={shlex.quote(str(root))} exec {words} "$@"\n')
    file.chmod(0o755)


def push(repo, *arguments):
    """What `git push` gives: (whether it went through, what it said)."""
    done = subprocess.run(["git", "push", "-q", *arguments], cwd=repo.path, capture_output=True, check=False)
    return done.returncode == 0, (done.stdout + done.stderr).decode()


class TestServer:
    def test_a_push_with_a_secret_is_refused_and_leaves_nothing(self, repo, tmp_path):
        """The objects are in quarantine when the hook reads them; a clean push goes through."""
        server = Repo(tmp_path / "server", "--bare")
        hook(server, "pre-receive")
        repo.git("remote", "add", "origin", str(server.path))
        repo.stage("a.py", "x\n")
        repo.commit()
        assert push(repo, "origin", "main")[0]
        repo.stage("a.py", key())
        repo.commit()
        repo.stage("a.py", "y\n")
        bad = repo.commit()
        went, said = push(repo, "origin", "main")
        assert not went
        assert "a.py:1:1" in said
        there = subprocess.run(["git", "cat-file", "-e", bad], cwd=server.path, check=False, capture_output=True)
        assert there.returncode != 0

    def test_the_servers_own_configuration_counts(self, repo, tmp_path):
        """Who pushes an ignore is not believed."""
        server = Repo(tmp_path / "server", "--bare")
        hook(server, "pre-receive")
        repo.git("remote", "add", "origin", str(server.path))
        repo.commit()
        assert push(repo, "origin", "main")[0]
        repo.stage(".keyscan.toml", 'exclude = ["fixtures/"]\n')
        repo.stage("fixtures/a.py", key())
        repo.commit()
        assert not push(repo, "origin", "main")[0]
