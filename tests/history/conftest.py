"""What tests of histories share."""

from __future__ import annotations

import os

import pytest

from keyscan.history import clean_objects


@pytest.fixture
def own_cache(monkeypatch, tmp_path, cache_dir):
    """A cache of the test's own, with the compiled rules of the run."""
    place = tmp_path / "cache"
    place.mkdir()
    for file in cache_dir.iterdir():
        if file.is_file() and not file.name.startswith(clean_objects.PREFIX):
            os.link(file, place / file.name)
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(place))
