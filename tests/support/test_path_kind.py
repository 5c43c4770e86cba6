"""Which kinds a path is of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.catalog.path_kinds import PathKind
from keyscan.support.path_kind import is_of_kind, is_rehearsal, path_kind


@given(st.text(max_size=200), st.sampled_from([kind for kind in PathKind if kind]))
def test_one_kind_is_told_as_among_all(path, kind):
    """Asking for one kind gives what is among all kinds of the path."""
    assert is_of_kind(path, kind) == (bool(path) and bool(path_kind(path) & kind))


@pytest.mark.parametrize("path", ["", "src/contest.py", "latest/a.py", "app/config/env/prod.js", "src/manifest.ts"])
def test_paths_that_are_no_rehearsal(path):
    """A word inside another says nothing."""
    assert not is_rehearsal(path)


@given(st.text(max_size=200))
def test_any_path_has_a_kind(path):
    """No name breaks it."""
    assert isinstance(path_kind(path), PathKind)
