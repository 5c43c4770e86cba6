"""The stored engine: made once, checked when read, and replaced when damaged."""

from __future__ import annotations

import pytest

from keyscan.fastpath import artifact, engine
from keyscan.ruleset.cache import load_rules

pytest.importorskip("hyperscan")


def test_the_stored_engine_is_made_once(cache_dir):
    """A second call finds what the first has stored."""
    assert artifact.store_engine(load_rules())
    file = cache_dir / engine.stored_name()
    state = file.stat().st_mtime_ns, file.stat().st_ino
    assert artifact.store_engine(load_rules())
    assert (file.stat().st_mtime_ns, file.stat().st_ino) == state


def test_no_place_to_write_is_no_error(tmp_path, monkeypatch):
    """Where nothing can be stored, that is answered with False."""
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path / "file"))
    assert not artifact.store_engine(load_rules()[:3])
    artifact.store_plain([None, None])
