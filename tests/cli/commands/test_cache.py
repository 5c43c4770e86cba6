"""`keyscan cache`: what is remembered is shown and removed, and nothing else."""

from __future__ import annotations

import json

from keyscan.support import storage
from keyscan.verify.store import Store


def test_clear_removes_what_keyscan_wrote_and_nothing_else(run, monkeypatch, tmp_path):
    """Files of the user's in the cache directory stay, even under names of ours, and their number is said."""
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path))
    storage.write("rules-1.json", b"[]")
    (tmp_path / "verify.json").write_text(json.dumps({"my": "file"}))
    (tmp_path / "rules-2.json").write_text("[]")
    (tmp_path / "notes.txt").write_text("mine")
    result = run("cache", "clear")
    assert result.code == 0
    assert "removed 1 file " in result.out
    assert "2 files there are not keyscan's" in result.out
    assert sorted(file.name for file in tmp_path.iterdir()) == ["notes.txt", "rules-2.json", "verify.json"]


def test_clear_removes_answers_of_issuers(run, monkeypatch, tmp_path):
    """What issuers answered is forgotten too, with the salt of its names."""
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path))
    store = Store(tmp_path)
    store.keep_control(store.digest("x"), refused=True)
    store.save()
    assert "removed 2 files " in run("cache", "clear").out
    assert list(tmp_path.iterdir()) == []


def test_clear_leaves_nothing(repo, spawn, anthropic_key, tmp_path):
    """Nor does the process that clears store anything when it ends."""
    cache = tmp_path / "cache"
    repo.stage("a.py", anthropic_key)
    assert spawn(["scan", "."], cwd=repo.path, env={"KEYSCAN_CACHE_DIR": str(cache)}).code == 1
    assert list(cache.iterdir())
    assert spawn(["cache", "clear"], cwd=repo.path, env={"KEYSCAN_CACHE_DIR": str(cache)}).code == 0
    assert list(cache.iterdir()) == []
