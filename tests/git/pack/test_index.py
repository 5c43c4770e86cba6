"""The index of a pack: every object is found at its place, and what does not fit is refused."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.git.pack import index
from keyscan.git.pack.index import Index, PackError, read_index


def written(place, offsets: dict[bytes, int], far: list[int] | None = None, width: int = 20) -> str:
    """An index file that gives these ids these offsets as they stand in it; `far`: its table of large ones."""
    names = sorted(offsets)
    data = b"\xfftOc\0\0\0\2"
    data += b"".join(struct.pack(">I", sum(name[0] <= first for name in names)) for first in range(256))
    data += b"".join(names) + bytes(4 * len(names))
    data += b"".join(struct.pack(">I", offsets[name]) for name in names)
    data += b"".join(struct.pack(">Q", offset) for offset in far or [])
    file = place / "p.idx"
    file.write_bytes(data + b"P" * width + b"I" * width)
    return str(file)


@given(st.sets(st.binary(min_size=20, max_size=20), max_size=30), st.binary(min_size=20, max_size=20))
def test_every_id_is_found_and_no_other(tmp_path_factory, names, other):
    """An id has its number, by which its offset is found; another id, or a cut one, has none."""
    offsets = {name: 12 + number for number, name in enumerate(names)}
    found = read_index(written(tmp_path_factory.mktemp("index"), offsets), 20)
    for name, offset in offsets.items():
        assert found.offsets[found.find(name)] == offset
        assert found.id(found.find(name)) == name
        assert found.find(name[:-1]) == -1
    assert other in names or found.find(other) == -1


def test_real_packs(repo):
    """What git says is in a pack is what its index says, and the trailer is the pack's checksum."""
    repo.stage("a", "one\n")
    repo.commit()
    repo.git("repack", "-adfq")
    (file,) = (repo.path / ".git/objects/pack").glob("*.idx")
    shown = {
        line.split()[1]: int(line.split()[0]) for line in repo.git("show-index", stdin=file.read_bytes()).splitlines()
    }
    found = read_index(str(file), 20)
    assert {found.id(number).hex().encode(): offset for number, offset in enumerate(found.offsets)} == shown
    assert file.with_suffix(".pack").read_bytes().endswith(found.trailer)


def test_offsets_beyond_two_gigabytes(tmp_path):
    """An offset with the high bit names a row of the table of large ones; a row that is not there is an error."""
    file = written(tmp_path, {b"a" * 20: 12, b"b" * 20: 1 << 31 | 1}, far=[5, 1 << 33])
    assert read_index(file, 20).offsets == [12, 1 << 33]
    with pytest.raises(PackError, match="an offset that is not there"):
        read_index(written(tmp_path, {b"a" * 20: 1 << 31 | 7}, far=[5]), 20)


def test_ids_of_sha256(tmp_path):
    """The width of ids is the caller's: it is not written in the index."""
    found = read_index(written(tmp_path, {b"x" * 32: 99}, width=32), 32)
    assert (found.find(b"x" * 32), found.offsets, found.trailer) == (0, [99], b"P" * 32)


def test_what_is_no_whole_index_is_refused(tmp_path, monkeypatch):
    """Another version, a cut file and one with too many entries are errors, before much is read."""
    file = tmp_path / "p.idx"
    written(tmp_path, {b"a" * 20: 12})
    whole = file.read_bytes()
    for data, message in ((b"\0" * 2000, "not a version 2"), (whole[:500], "not a version 2"), (whole[:-5], "cut off")):
        file.write_bytes(data)
        with pytest.raises(PackError, match=message):
            read_index(str(file), 20)
    monkeypatch.setattr(index, "MAX_ENTRIES", 1)
    with pytest.raises(PackError, match="too many entries"):
        read_index(str(file), 20)


@pytest.mark.parametrize("compared", [1, 2, 3, 100])
@given(st.lists(st.binary(min_size=20, max_size=20), min_size=2, max_size=8))
def test_ids_out_of_order_are_refused(tmp_path_factory, compared, names):
    """A search in them would miss objects that are there; an id that stands there twice is out of order, too."""
    file = written(tmp_path_factory.mktemp("index"), {bytes([at]) * 20: 12 + at for at in range(len(names))})
    data = bytearray(Path(file).read_bytes())
    data[1032 : 1032 + 20 * len(names)] = b"".join(names)
    Path(file).write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(index, "_COMPARED", compared)
        if names == sorted(set(names)):
            assert read_index(file, 20).id(1) == names[1]
        else:
            with pytest.raises(PackError, match="not sorted"):
                read_index(file, 20)


def test_an_empty_index():
    """Nothing is found in an index of nothing."""
    assert Index(b"", [], 20, b"").find(b"a" * 20) == -1
