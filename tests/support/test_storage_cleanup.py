"""Stored files are removed by us alone: all of them, or the old ones."""

from __future__ import annotations

import os
import time

import pytest

from keyscan.support import storage, storage_cleanup


@pytest.fixture
def own_cache(tmp_path, monkeypatch):
    """A cache directory of this test alone."""
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path / "cache"))
    return tmp_path / "cache"


def test_a_link_is_not_removed_by_clear(own_cache, tmp_path):
    """Clearing removes stored files, and neither links nor what `keep` names."""
    storage.write("one", b"x")
    storage.write("two", b"x")
    target = tmp_path / "elsewhere"
    target.write_text("mine")
    if os.name == "posix":
        (own_cache / "link").symlink_to(target)
    assert storage_cleanup.clear(lambda name: name == "two") == (1, 0)
    assert target.read_text() == "mine"
    assert storage.read("two") == b"x"


@pytest.mark.parametrize("data", [b"", b"mine", b"0" * 32 + b"\nx", b"\0" * 40])
def test_a_file_of_somebody_else_is_not_removed_by_clear(own_cache, data):
    """A file that does not begin with its digest stays, whatever its name is."""
    storage.write("one", b"x")
    (own_cache / "rules-0123.json").write_bytes(data)
    (own_cache / "directory").mkdir()
    assert storage_cleanup.clear() == (1, 1)
    assert (own_cache / "rules-0123.json").read_bytes() == data
    assert (own_cache / "directory").is_dir()


def test_old_files_go_and_only_ours(own_cache):
    """Files of former versions, once they are old; new ones, other names, changed ones, links and directories stay."""
    now = time.time()
    for name in ("quick-1.bin", "first-1.hs", "program-2.bin", "seen-3-20-x", "quick-new.bin", "verify.json", "quick"):
        storage.write(name, name.encode())
    (own_cache / "rules-mine.bin").write_bytes(b"not stored by keyscan")
    (own_cache / "first-directory").mkdir()
    if os.name == "posix":
        (own_cache / "plain-link").symlink_to(own_cache / "quick-new.bin")
    for entry in own_cache.iterdir():
        if entry.name != "quick-new.bin":
            os.utime(entry, (now - 61 * 86_400,) * 2, follow_symlinks=os.utime not in os.supports_follow_symlinks)
    before = {entry.name for entry in own_cache.iterdir()}
    assert storage_cleanup.tidy(now) == 3
    assert before - {entry.name for entry in own_cache.iterdir()} == {"quick-1.bin", "first-1.hs", "program-2.bin"}
    assert storage_cleanup.tidy(now + 400 * 86_400) == 2
    assert not (own_cache / "seen-3-20-x").exists()


def test_a_directory_that_is_not_there_or_refused_is_no_error(tmp_path, monkeypatch):
    """Nothing is removed."""
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path / "none"))
    assert storage_cleanup.tidy(time.time()) == 0
    assert storage_cleanup.clear() == (0, 0)


def test_files_of_former_versions_are_known(own_cache):
    """They begin with a digest of their contents alone, in hexadecimal or as bytes."""
    own_cache.mkdir()
    (own_cache / "rules-old").write_bytes(storage.digest_of(b"x").encode() + b"\nx")
    (own_cache / "seen-old").write_bytes(bytes.fromhex(storage.digest_of(b"x")) + b"x")
    assert storage_cleanup.clear() == (2, 0)
