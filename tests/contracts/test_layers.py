"""Layers and doors: which module may import which, and who may print."""

from __future__ import annotations

import ast

import pytest
from helpers.paths import ROOT
from importlinter.cli import lint_imports

PACKAGE = ROOT / "keyscan"
MODULES = sorted(PACKAGE.rglob("*.py"))

# Only these may import that: a costly or dangerous dependency has one door.
DOORS = {
    "hyperscan": {"engine/prefilter/hyperscan.py", "engine/build.py"},
    "regex": {"engine/programs.py", "support/bounded_search.py"},
    "sarif_om": {"reporters/sarif.py"},
    "mcp": {"agents/mcp_server.py"},
    "subprocess": {"git/command.py", "agents/command_runner.py", "fleet/process.py"},
    "urllib3": {"support/http.py"},
    "truststore": {"support/http.py"},
    "cryptography": {"verify/signers.py"},
    "git": {"fleet/clone.py"},
    "distributed": {"fleet/executor.py"},
    "dask": {"fleet/executor.py"},
    "rich": {"cli/fleet_progress.py"},
}


def imports(file):
    """The dotted names of all modules that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def test_layers_hold():
    """Each part imports only the parts below it: the contract in pyproject.toml."""
    assert lint_imports(config_filename=str(ROOT / "pyproject.toml"), no_cache=True) == 0


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_doors(file):
    """A costly or dangerous dependency is imported by its door only."""
    place = file.relative_to(PACKAGE).as_posix()
    names = set(imports(file))
    for package, users in DOORS.items():
        if place not in users:
            assert not [name for name in names if name == package or name.startswith(f"{package}.")], place


@pytest.mark.parametrize("file", MODULES, ids=lambda file: str(file.relative_to(PACKAGE)))
def test_only_the_command_line_prints_and_exits(file):
    """No library module prints, exits or changes a global."""
    place = file.relative_to(PACKAGE).as_posix()
    tree = ast.parse(file.read_text(encoding="utf-8"))
    assert not [node for node in ast.walk(tree) if isinstance(node, ast.Global)], place
    if place.startswith(("cli/", "__main__.py", "fastpath/staged.py", "agents/command_runner.py", "fleet/process.py")):
        return
    names = [node.func for node in ast.walk(tree) if isinstance(node, ast.Call)]
    called = {n.id for n in names if isinstance(n, ast.Name)} | {n.attr for n in names if isinstance(n, ast.Attribute)}
    assert not called & {"print", "echo", "exit", "_exit"}, place
