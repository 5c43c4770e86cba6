"""No module imports itself through others: imports in functions and under TYPE_CHECKING count."""

from __future__ import annotations

import graphlib
import sys

import grimp
import pytest

CASES = {
    "at the top": ("from room import b\n", "from room import a\n"),
    "in a function": ("from room import b\n", "def late():\n    from room import a\n"),
    "for types only": (
        "from room import b\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from room import a\n",
    ),
}


def cycle_in(package):
    """The modules of one import cycle in a package, first and last the same; empty when there is none."""
    graph = grimp.build_graph(package, exclude_type_checking_imports=False, cache_dir=None)
    imported = {module: graph.find_modules_directly_imported_by(module) for module in graph.modules}
    try:
        graphlib.TopologicalSorter(imported).prepare()
    except graphlib.CycleError as error:
        return error.args[1]
    return []


def test_the_package_has_no_import_cycle():
    """Modules of keyscan import each other in one direction."""
    assert cycle_in("keyscan") == []


@pytest.mark.parametrize("texts", CASES.values(), ids=CASES)
def test_every_kind_of_import_counts(texts, tmp_path, monkeypatch):
    """A cycle is found wherever its imports are; the same modules without the second import have none."""
    package = tmp_path / "room"
    package.mkdir()
    (package / "__init__.py").touch()
    for name, text in zip("ab", texts, strict=True):
        (package / f"{name}.py").write_text(text)
    monkeypatch.syspath_prepend(tmp_path)
    try:
        assert sorted(set(cycle_in("room"))) == ["room.a", "room.b"]
        (package / "b.py").write_text("")
        assert cycle_in("room") == []
    finally:
        sys.modules.pop("room", None)
