"""`keyscan pre-receive`: a server refuses a push before it has its objects."""

from __future__ import annotations

import subprocess

from helpers.hooks import hook, push
from helpers.repository import Repo
from helpers.tokens import key


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
