"""The index: exactly what the next commit would contain."""

from __future__ import annotations

import os

import pytest

from keyscan.git.command import Git
from keyscan.model.blob import Blob, Skip
from keyscan.sources import staged


def items(repo):
    """What is staged, by path: bytes, or why there are none."""
    git = Git(repo.path)
    found = staged.blobs(git, staged.entries(git))
    return {item.origin.path if isinstance(item, Blob) else item.path: item for item in found}


def test_the_index_counts_not_the_working_tree(repo):
    """What was staged is read, whatever was written since; what only git's index lacks is not."""
    repo.stage("a", "staged\n")
    repo.write("a", "written later\n")
    repo.write("b", "not staged\n")
    assert {path: item.data for path, item in items(repo).items()} == {"a": b"staged\n"}


def test_only_what_differs_from_head(repo):
    """Changed, added and type-changed paths; a deletion has nothing to scan."""
    for name in ("same", "changed", "gone", "link"):
        repo.stage(name, "1\n")
    repo.commit()
    repo.stage("changed", "2\n")
    repo.git("rm", "-q", "gone", "link")
    os.symlink("same", repo.path / "link")
    repo.git("add", "link")
    assert {path: item.data for path, item in items(repo).items()} == {"changed": b"2\n", "link": b"same"}


def test_what_has_no_blob_is_named(repo):
    """Submodules, intent to add, unmerged paths, a blob that is gone."""
    repo.stage("base", "1\n")
    head = repo.commit()
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{head},module")
    repo.write("later", "x\n")
    repo.git("add", "-N", "later")
    repo.stage("lost", "lost\n")
    oid = repo.git("rev-parse", ":lost").decode().strip()
    os.unlink(repo.path / ".git/objects" / oid[:2] / oid[2:])
    found = items(repo)
    assert {path: item.reason for path, item in found.items() if isinstance(item, Skip)} == {
        "module": "submodule: not followed; run keyscan in it",
        "lost": "its blob is missing from the object store",
    } | ({"later": "intent to add: no content yet"} if "later" in found else {})
    assert found["lost"].incomplete


def test_files_of_the_index_come_along(repo):
    """Configuration is read from the index by the same git; None where it is not there."""
    repo.stage(".keyscan.toml", "exclude = []\n")
    git = Git(repo.path)
    files, found = staged.with_files(git, staged.entries(git), (".keyscan.toml", "gone"))
    assert files == {".keyscan.toml": b"exclude = []\n", "gone": None}
    assert [item.origin.path for item in found] == [".keyscan.toml"]


def test_lines_that_no_parent_has(repo):
    """All are new before the first commit; in a merge, only what neither side had."""
    git = Git(repo.path)
    repo.stage("a", "1\n2\n")
    assert staged.added_lines(git, b"a") is None
    repo.commit()
    repo.git("checkout", "-qb", "side")
    repo.stage("a", "1\n2\nside\n")
    repo.commit()
    repo.git("checkout", "-q", "main")
    repo.stage("a", "main\n1\n2\n")
    repo.commit()
    repo.git("merge", "-q", "--no-commit", "side")
    repo.stage("a", "main\n1\n2\nside\nboth\n")
    assert staged.parents(git) == ["HEAD", repo.git("rev-parse", "side").decode().strip()]
    assert staged.added_lines(git, b"a") == [range(5, 6)]


@pytest.mark.parametrize("name", [b"caf\xe9", b"a\nb", b"-x", b":(top)y"])
def test_names_of_any_bytes(repo, name):
    """Neither an option, nor a pathspec, nor an error."""
    try:
        repo.write(name, "1\n")
    except OSError:
        pytest.skip("this file system takes text only")
    oid = repo.git("hash-object", "-w", "--stdin", stdin=b"1\n").strip()
    repo.git("update-index", "-z", "--index-info", stdin=b"100644 " + oid + b" 0\t" + name + b"\0")
    assert list(items(repo)) == [os.fsdecode(name)]
    assert staged.added_lines(Git(repo.path), name) is None
