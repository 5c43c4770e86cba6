"""The house's walls: which module may import which."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "keyscan"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Only these may import that: a costly or dangerous dependency has one door.
DOORS = {
    "hyperscan": {"engine/firstpass.py", "cache.py"},
    "regex": {"engine/confirm.py"},
    "sarif_om": {"reporters/sarif.py"},
    "subprocess": {"sources/git.py"},
}
# Part of the house -> parts that it may not import.
FORBIDDEN = {
    "engine": {"sources", "reporters", "commands", "cli", "scan", "cache"},
    "sources": {"engine", "reporters", "commands", "cli", "scan", "cache"},
    "reporters": {"engine", "sources", "commands", "cli", "scan", "cache"},
    "model.py": {"engine", "sources", "reporters", "commands", "cli", "scan", "cache", "ruleset", "config"},
    "errors.py": {"model", "engine", "sources", "reporters", "commands", "cli", "scan", "cache", "ruleset", "config"},
}


def imports(file):
    """The dotted names of all modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_imports_go_one_way(file):
    """A lower layer never imports a higher one, and each door has one user."""
    place = file.relative_to(PACKAGE).as_posix()
    part = place.split("/")[0]
    names = set(imports(file))
    for forbidden in FORBIDDEN.get(part, ()):
        assert not [name for name in names if name.startswith(f"keyscan.{forbidden}")], place
    for package, users in DOORS.items():
        if place not in users:
            assert not [name for name in names if name == package or name.startswith(f"{package}.")], place


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_only_the_command_line_prints_and_exits(file):
    """No library module prints, exits or changes a global."""
    place = file.relative_to(PACKAGE).as_posix()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global)], place
    if place.startswith(("commands/", "cli.py", "__main__.py", "quick.py")):
        return
    names = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {n.id for n in names if isinstance(n, ast.Name)} | {n.attr for n in names if isinstance(n, ast.Attribute)}
    assert not called & {"print", "echo", "exit", "_exit"}, place
