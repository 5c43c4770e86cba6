"""Builds wheels with the pack reader compiled by mypyc, when KEYSCAN_COMPILE=1 asks for it.

Without that, as for an install from a clone, nothing is compiled and no compiler is needed: the same modules run
interpreted, and the audit then lets git read the objects (`keyscan/history/pack_scan.py`).
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

MODULES = (
    "keyscan/git/pack/delta.py",
    "keyscan/git/pack/reader.py",
    "keyscan/git/pack/index.py",
    "keyscan/git/raw_diff.py",
    "keyscan/history/delta_scan.py",
    "keyscan/history/versions.py",
)


class CompileHook(BuildHookInterface[Any]):
    """Adds the compiled modules to the wheel, beside their sources."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs besides hatchling."""
        return ["mypy>=1.11", "setuptools"] if os.environ.get("KEYSCAN_COMPILE") == "1" else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile; `version` is standard or editable, and an editable install stays as the sources are."""
        if os.environ.get("KEYSCAN_COMPILE") != "1" or self.target_name != "wheel" or version != "standard":
            return
        self._place = tempfile.TemporaryDirectory()
        place = Path(self._place.name)
        # Away from our pyproject.toml, which is not for setuptools.
        shutil.copytree(Path(self.root) / "keyscan", place / "keyscan")
        subprocess.run([sys.executable, "-c", _SETUP, *MODULES], cwd=place, check=True, stdout=sys.stderr)
        built = {str(file): file.relative_to(place / "lib").as_posix() for file in (place / "lib").rglob("*.*")}
        build_data["force_include"].update(built)
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove what was compiled: it is in the wheel."""
        if hasattr(self, "_place"):
            self._place.cleanup()


_SETUP = """
import sys
from mypyc.build import mypycify
from setuptools import setup
modules = sys.argv[1:]
sys.argv = ["setup", "-q", "build_ext", "--build-lib", "lib", "--build-temp", "temp"]
# What is not compiled is only looked at for its types.
options = ["--ignore-missing-imports", "--follow-imports=silent"]
setup(name="keyscan", ext_modules=mypycify([*options, *modules], target_dir="c"), packages=[])
"""
