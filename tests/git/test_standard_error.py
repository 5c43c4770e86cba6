"""Gits that complain more than a pipe holds: nothing waits, and what is said is git's reason."""

from __future__ import annotations

import pytest
from helpers.tokens import token

from keyscan.errors import GitError
from keyscan.git import rewriting
from keyscan.git.command import Git

pytestmark = pytest.mark.timeout(120)
KEY = token("sk-ant-api03-{b64url:93}AA", "standard error")
# Git complains of each at each object that it looks for: 15 KB a time.
PACKS = 150


@pytest.fixture
def damaged(repo):
    """A repository with a key, committed and staged once more, and many packs whose indexes are no indexes."""
    repo.stage("a.py", f"k = '{KEY}'\n")
    repo.commit()
    for number in range(8):
        repo.stage(f"b{number}.py", f"k = '{KEY}'  # {number}\n")
    for number in range(PACKS):
        name = f".git/objects/pack/pack-{number:040x}"
        repo.write(f"{name}.idx", b"\xfftOc\0\0\0\2" + b"\xff\0\0\0" * 256 + bytes(100))
        repo.write(f"{name}.pack", b"PACK\0\0\0\2\0\0\0\1" + bytes(40))
    return repo


@pytest.mark.parametrize("argv", [("staged",), ("history", "--no-cache"), ("scan", "."), ("env",), ("fix",)])
def test_no_command_waits(damaged, spawn, argv):
    """Nothing is missed for complaints either."""
    done = spawn(list(argv), cwd=damaged.path)
    assert done.code in {1, 3} or argv[0] in {"env", "fix"}
    assert "Traceback" not in done.err


def test_a_mirror_is_made(damaged, tmp_path):
    """The git that packs complains at each object too."""
    made = rewriting.mirror(Git(damaged.path), str(tmp_path / "mirror"))
    assert made.run("rev-parse", "refs/heads/main") == damaged.git("rev-parse", "HEAD")


def test_why_objects_are_not_read(repo):
    """Git's own words, not only where it ended."""
    repo.commit()
    config = repo.path / ".git/config"
    config.write_text(config.read_text() + "[broken\n")
    with pytest.raises(GitError, match="cat-file failed: bad config line"):
        list(Git(repo.path).objects([b"HEAD"]))
