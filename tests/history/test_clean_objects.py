"""The object cache: a second audit reads only what is new, and says the same."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.git.objects import Listed
from keyscan.history import clean_objects
from keyscan.history.clean_objects import CleanObjects

pytestmark = pytest.mark.usefixtures("own_cache")


def listed(*oids):
    """Objects with these raw ids."""
    return [Listed(oid.hex().encode(), b"") for oid in oids]


class TestCleanObjects:
    @given(st.lists(st.lists(st.binary(min_size=4, max_size=4), max_size=20), max_size=12))
    def test_what_was_added_is_known_to_the_next_run(self, runs):
        """Over any number of runs, merged or not, and with ids held sorted instead of in a set."""
        name = os.urandom(4).hex()
        known = set()
        for oids in runs:
            store = CleanObjects(name, 4)
            assert [item.oid for item in store.unknown(listed(*oids))] == [
                oid.hex().encode() for oid in oids if oid not in known
            ]
            store.add(b"".join(oids))
            store.save()
            known.update(oids)
        large = clean_objects._Ids(4, [])
        large._parts = [clean_objects._Part(b"".join(sorted(known)), 0)]
        assert all(oid in large for oid in known)
        assert b"\0\1\2\3" in known or b"\0\1\2\3" not in large

    def test_what_was_saved_is_known_at_once(self, monkeypatch):
        """Also where keys are held as sorted bytes, in files and in memory: many repositories share one store."""
        monkeypatch.setattr(clean_objects, "_MAX_IN_SET", 2)
        keys = [number.to_bytes(20, "big") for number in range(9)]
        for round_ in range(2):
            store = CleanObjects("shared", 20)
            for at in range(0, 9, 3):
                assert len(list(store.unknown(listed(*keys[at : at + 3])))) == (0 if round_ else 3)
                store.add(b"".join(keys[at : at + 3]))
                store.save()
                assert not list(store.unknown(listed(*keys[at : at + 3])))
        assert len(list(store.unknown(listed(b"x" * 20)))) == 1

    def test_what_is_written_grows_with_what_is_stored(self, monkeypatch):
        """Over many saves each key is written a few times, not once a save; the files stay few."""
        written = []
        plain = clean_objects.write_stored
        monkeypatch.setattr(
            clean_objects, "write_stored", lambda name, data: (written.append(len(data)), plain(name, data))
        )
        store = CleanObjects("many", 20)
        for number in range(300):
            store.add(b"".join((number * 10 + at).to_bytes(20, "big") for at in range(10)))
            store.save()
        assert sum(written) < 10 * 300 * 10 * 20
        assert len(store._segments()) < 16
        assert not list(CleanObjects("many", 20).unknown(listed(*((at).to_bytes(20, "big") for at in range(3000)))))

    def test_two_runs_at_once_lose_nothing(self):
        """Each writes files of its own, also while another merges."""
        ids = [number.to_bytes(20, "big") for number in range(400)]

        def work(part):
            for at in range(0, len(part), 10):
                store = CleanObjects("both", 20)
                store.add(b"".join(part[at : at + 10]))
                store.save()

        with ThreadPoolExecutor(4) as pool:
            list(pool.map(work, [ids[n::4] for n in range(4)]))
        assert not list(CleanObjects("both", 20).unknown(listed(*ids)))

    def test_a_directory_that_cannot_be_written_is_no_error(self, monkeypatch, tmp_path):
        """Nothing is remembered, nothing fails."""
        (tmp_path / "file").write_text("")
        monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path / "file" / "cache"))
        store = CleanObjects("none", 20)
        store.add(b"x" * 20)
        store.save()
        assert list(CleanObjects("none", 20).unknown(listed(b"x" * 20)))
