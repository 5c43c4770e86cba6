"""The engine at its barest: loaded from what was stored, or refused."""

from __future__ import annotations

import marshal

import pytest

from keyscan.fastpath import artifact, engine
from keyscan.model.rule import count_secret_rules
from keyscan.ruleset.cache import load_rules
from keyscan.support import storage

hyperscan = pytest.importorskip("hyperscan")


def test_a_changed_byte_in_any_stored_part_refuses_the_engine(tmp_path, monkeypatch):
    """No byte of the engine or of its databases changes unnoticed: a damaged one raises.

    A database is checked by Hyperscan, but for the digest's line that we put before it and a reserved field at 24.
    """
    # A cache of its own: the shared one has databases of other rules too, which this engine does not read.
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path))
    artifact.store_engine(load_rules())
    engine.open_stored()
    for pattern in ("quick-*", "first-*.hs"):
        for file in tmp_path.glob(pattern):
            whole = file.read_bytes()
            for place in range(66 if file.suffix == ".hs" else 0, len(whole), len(whole) // 40):
                file.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
                with pytest.raises((OSError, hyperscan.error)):
                    engine.open_stored()
            file.write_bytes(whole)
    stored = engine.open_stored()
    assert stored.rule_count == len(load_rules())
    assert stored.secret_rules == count_secret_rules(load_rules())


def test_no_path_of_code_is_read_from_the_cache(cache_dir):
    """The extension module is found where it is installed, whatever the cache holds."""
    artifact.store_engine(load_rules())
    stored = engine.loads(storage.read(engine.stored_name()))
    assert "extension" not in stored
    assert b"_hs_ext" not in storage.read(engine.stored_name())
    assert not list(cache_dir.glob("*.so"))


def test_what_is_stored_comes_back_and_nothing_else_does():
    """A dictionary is; any other value, and bytes that are none, are refused."""
    made = engine.loads(engine.dumps("name", [(0, 1, 2)], {}, [None], 1))
    assert (made["databases"], made["entries"], made["programs"]) == ("name", [(0, 1, 2)], [None])
    for data in (b"", b"junk", marshal.dumps([1])):
        with pytest.raises((ValueError, EOFError, TypeError)):
            engine.loads(data)
