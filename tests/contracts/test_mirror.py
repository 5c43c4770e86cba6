"""The tests mirror the package: a module has a test module of its name, or is listed here with what tests it."""

from __future__ import annotations

import pytest
from helpers.paths import ROOT

# Modules without a test module of their own, by folder: what tests them, their names, and why. A new module is not
# added here: it gets its test module.
TESTED_THROUGH = {
    # The entry point is tested as a process, the version by the release.
    "": ("contracts/test_fastpath_imports.py", "__main__ _version"),
    # Declarations of options, and the joints between commands and verification: each command shows them.
    "cli": ("cli/commands/test_verify.py", "fleet_verification options verification"),
    # Types only, and the worker's side of an audit, which a real run over several repositories tests.
    "fleet": ("cli/commands/test_fleet.py", "auditor model"),
    # Types only.
    "history": ("history/test_pipeline.py", "batch"),
    "migrate": ("cli/commands/test_migrate.py", "result"),
    # The steps of one command, of which each test runs all, over programs that print the same afterwards.
    "remediation": ("cli/commands/test_fix.py", "fix_apply"),
}
MODULES = sorted(file for file in ROOT.glob("keyscan/**/*.py") if file.name != "__init__.py")


@pytest.mark.parametrize("file", MODULES, ids=lambda file: file.relative_to(ROOT).as_posix())
def test_a_module_has_its_test_module(file):
    """Each module of the package has a test module at the same place below tests/, or is listed."""
    folder = file.parent.relative_to(ROOT / "keyscan").as_posix()
    folder = "" if folder == "." else folder
    own = ROOT / "tests" / folder / f"test_{file.stem}.py"
    listed = TESTED_THROUGH.get(folder, ("", ""))[1].split()
    assert own.exists() or file.stem in listed, f"write {own.relative_to(ROOT).as_posix()}"


@pytest.mark.parametrize("folder", sorted(TESTED_THROUGH))
def test_what_is_named_instead_exists(folder):
    """The test modules and the modules that the list names exist."""
    test, names = TESTED_THROUGH[folder]
    assert (ROOT / "tests" / test).is_file()
    own = [name for name in names.split() if (ROOT / "tests" / folder / f"test_{name}.py").is_file()]
    assert own == [], "it has its test module: take it off the list"
    assert [name for name in names.split() if not (ROOT / "keyscan" / folder / f"{name}.py").is_file()] == []
