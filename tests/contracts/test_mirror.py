"""The tests mirror the package: a module has a test module of its name, or is listed here with what tests it."""

from __future__ import annotations

import pytest
from helpers.paths import ROOT

# By folder: the test module that tests the folder's modules through what uses them, and the modules that have none of
# their own. A new module is not added here: it gets its test module.
TESTED_THROUGH = {
    "": (
        "contracts/test_fastpath_imports.py",
        "__main__ _version",
    ),
    "cli": (
        "cli/test_main.py",
        "fleet_verification options verification",
    ),
    "fastpath": (
        "fastpath/test_staged.py",
        "engine",
    ),
    "fleet": (
        "fleet/test_audit.py",
        "auditor model",
    ),
    "history": (
        "cli/commands/test_history.py",
        "batch",
    ),
    "migrate": (
        "cli/commands/test_migrate.py",
        "result",
    ),
    "remediation": (
        "cli/commands/test_fix.py",
        "fix fix_apply fix_text rotation rotation_text",
    ),
    "remediation/rewrite": (
        "remediation/rewrite/test_python.py",
        "python_syntax syntax",
    ),
    "verify": (
        "verify/test_verifier.py",
        "conversation",
    ),
}  # fmt: skip
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
    assert [name for name in names.split() if not (ROOT / "keyscan" / folder / f"{name}.py").is_file()] == []
