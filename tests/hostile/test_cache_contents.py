"""Cached files with the right digest and nothing in them: each command is right at once, and makes them again."""

from __future__ import annotations

import marshal
import shutil

import pytest
from helpers.tokens import token

from keyscan.support import storage

pytest.importorskip("hyperscan")
pytestmark = pytest.mark.timeout(300)
KEY = token("sk-ant-api03-{b64url:93}AA", "cache contents")
EMPTY = {"list": marshal.dumps([]), "dict": marshal.dumps({})}


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    """Where the cache of the commands below is kept as they made it: it takes seconds to make."""
    return tmp_path_factory.mktemp("made") / "cache"


@pytest.fixture
def cache(made, tmp_path, repo, spawn):
    """A cache that holds all that a commit's hook and a scan store."""
    place = tmp_path / "cache"
    repo.stage("a.py", f"k = '{KEY}'\nreset = '{'x1' * 8}'\n")
    if made.exists():
        shutil.copytree(made, place)
    else:
        for argv in (["staged"], ["scan", "."]):
            assert spawn(argv, cwd=repo.path, env={"KEYSCAN_CACHE_DIR": str(place)}).code == 1
        shutil.copytree(place, made)
    return place


def stored(cache, *kinds):
    """What the cache holds, of some kinds of files."""
    return {file.name: file.read_bytes() for kind in kinds for file in cache.glob(f"{kind}-*")}


@pytest.mark.parametrize("contents", EMPTY.values(), ids=EMPTY)
def test_every_file_is_empty_and_made_again(cache, repo, spawn, contents):
    """All at once: the key is found, and the next commit has the fast path again."""
    before = stored(cache, "rules", "first", "quick", "doubtful")
    assert len(before) == 6
    for file in cache.iterdir():
        if file.is_file():
            file.write_bytes(storage.stamp(file.name, contents) + b"\n" + contents)
    done = spawn(["staged"], cwd=repo.path, env={"KEYSCAN_CACHE_DIR": str(cache)})
    assert done.code == 1, done.err
    again = stored(cache, "rules", "first", "quick", "doubtful")
    assert again.keys() == before.keys()
    for name in before:
        assert len(again[name]) == len(before[name]), name
        assert storage.stamp(name, again[name].partition(b"\n")[2]) == again[name].partition(b"\n")[0]


@pytest.mark.parametrize("kind", ["rules", "first", "quick", "doubtful"])
def test_files_of_one_kind_are_empty_and_made_again(cache, repo, spawn, kind):
    """The others do not hide it."""
    before = stored(cache, kind)
    for name in before:
        (cache / name).write_bytes(storage.stamp(name, EMPTY["list"]) + b"\n" + EMPTY["list"])
    done = spawn(["staged"], cwd=repo.path, env={"KEYSCAN_CACHE_DIR": str(cache)})
    assert done.code == 1, done.err
    assert {name: len(data) for name, data in stored(cache, kind).items()} == {
        name: len(data) for name, data in before.items()
    }
