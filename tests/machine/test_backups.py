"""Copies of files before they are changed, and their removal."""

from __future__ import annotations

import json
import stat

from keyscan.machine.backups import Backups, purge


def test_what_is_kept_and_removed_again(tmp_path):
    """A copy with its companions, readable by the user only; the manifest says what each was."""
    file, other = tmp_path / "a", tmp_path / "a.lock"
    file.write_text("before")
    other.write_text("lock")
    root = tmp_path / "backups"
    made = Backups(root)
    assert made.folder is None
    made.keep(str(file), (str(other), str(tmp_path / "gone")))
    entries = json.loads((made.folder / "manifest.json").read_text())["entries"]
    assert [entry["file"] for entry in entries] == [str(file), str(other)]
    copy = made.folder / entries[0]["backup"]
    assert copy.read_text() == "before"
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    assert stat.S_IMODE(root.stat().st_mode) == 0o700
    assert purge(root) == (2, [])
    assert list(root.iterdir()) == []


def test_what_was_changed_or_is_not_ours_stays(tmp_path):
    """Only what the digest proves is removed."""
    file = tmp_path / "a"
    file.write_text("before")
    root = tmp_path / "backups"
    made = Backups(root)
    made.keep(str(file))
    (made.folder / "00000").write_text("changed")
    (root / "mine").mkdir()
    removed, left = purge(root)
    assert removed == 0
    assert sorted(one.partition(": ")[2] for one in left) == ["changed since it was written", "has no manifest of ours"]
    assert (made.folder / "00000").exists()
    assert purge(tmp_path / "nothing") == (0, [])
