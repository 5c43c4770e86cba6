"""What is known of one repository's files of secrets."""

from __future__ import annotations

import os

import pytest

from keyscan.engine import build
from keyscan.hygiene import repository
from keyscan.hygiene.repository import TreeReader
from keyscan.ruleset.cache import load_rules


@pytest.fixture(scope="module")
def matcher():
    """All rules."""
    return build.matcher(load_rules())


def test_each_file_with_all_that_is_known(repo, matcher, anthropic_key):
    """Tracked from the index, untracked from the disk; ignored, shared, and the values in them."""
    repo.stage("api/.env", f"KEY={anthropic_key}\n")
    repo.write("api/.env", "changed later\n")
    repo.write(".env.local", f"KEY={anthropic_key}\n")
    repo.write(".gitignore", ".env.local\n")
    (audit,) = repository.repositories(str(repo.path), matcher)
    files = {file.path: file for file in audit.files}
    assert (files["api/.env"].tracked, files["api/.env"].staged, len(files["api/.env"].values)) == (True, True, 1)
    local = files[".env.local"]
    assert (local.tracked, local.ignored, local.shared) == (False, True, True)
    assert {file.path for file in audit.with_values} == {"api/.env", ".env.local"}
    assert audit.count == 2


def test_a_large_file_is_read_to_a_bound(repo, matcher, monkeypatch):
    """Its beginning, and a Skip says so."""
    monkeypatch.setattr(repository, "MAX_BYTES", 100)
    repo.stage(".env", "A=b\n" * 100)
    repo.write("sub/.env", "A=b\n" * 100)
    (audit,) = repository.repositories(str(repo.path), matcher)
    assert sorted(skip.path for skip in audit.skips) == [".env", "sub/.env"]
    assert all(len(file.data) == 100 for file in audit.files)


def test_a_blob_that_is_gone_makes_it_incomplete(repo, matcher):
    """What git tracks and does not have is named."""
    repo.stage(".env", "A=b\n")
    oid = repo.git("rev-parse", ":.env").decode().strip()
    os.unlink(repo.path / ".git/objects" / oid[:2] / oid[2:])
    (audit,) = repository.repositories(str(repo.path), matcher)
    assert [(skip.path, skip.incomplete) for skip in audit.skips] == [(".env", True)]


class TestReader:
    def test_regular_files_only(self, repo, tmp_path):
        """Links, pipes and directories are named, what is not there is nothing."""
        (tmp_path / "outside").write_text("secret")
        repo.write("a", "text")
        os.symlink(tmp_path / "outside", repo.path / "link")
        os.mkdir(repo.path / "directory")
        read = TreeReader(str(repo.path), "sub/")
        assert (read("a"), read("gone"), read("link"), read("directory")) == (b"text", None, None, None)
        assert [skip.path for skip in read.skips] == ["sub/link", "sub/directory"]

    @pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
    def test_a_pipe_is_not_waited_for(self, repo):
        """It is named."""
        os.mkfifo(repo.path / "pipe")
        read = TreeReader(str(repo.path), "")
        assert read("pipe") is None
        assert "not a regular file" in read.skips[0].reason


def test_what_reads_a_dotenv_that_nothing_ignores(repo, matcher):
    """Told only where there is no .env and no shared rule."""
    repo.stage("requirements.txt", "python-dotenv\n")
    (audit,) = repository.repositories(str(repo.path), matcher)
    assert audit.dotenv_reader == "requirements.txt depends on python-dotenv"
    repo.write(".gitignore", ".env\n")
    (audit,) = repository.repositories(str(repo.path), matcher)
    assert audit.dotenv_reader == ""
