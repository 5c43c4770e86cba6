"""Builds wheels with a digest of their sources, and with the pack reader compiled by mypyc when KEYSCAN_COMPILE=1.

The digest is what cached rules and databases are keyed by, so that an installed keyscan need not look at its files.
Without KEYSCAN_COMPILE=1, as for an install from a clone, nothing is compiled and no compiler is needed: the same
modules run interpreted, and the audit then lets git read the objects (`keyscan/history/pack_scan.py`).
"""

from __future__ import annotations

import hashlib
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
    """Adds the digest of the sources to the wheel, and the compiled modules beside their sources."""

    PLUGIN_NAME = "custom"

    def dependencies(self) -> list[str]:
        """What the build needs besides hatchling."""
        return ["mypy>=1.11", "setuptools"] if os.environ.get("KEYSCAN_COMPILE") == "1" else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Digest, and compile; `version` is standard or editable, and an editable install stays as the sources are."""
        if self.target_name != "wheel" or version != "standard":
            return
        self._place = tempfile.TemporaryDirectory()
        place = Path(self._place.name)
        build = place / "_build.py"
        build.write_text(_BUILD.format(digest=digest_of_sources(Path(self.root))), encoding="utf-8")
        build_data["force_include"][str(build)] = "keyscan/_build.py"
        if os.environ.get("KEYSCAN_COMPILE") == "1":
            self._compile(place, build_data)

    def _compile(self, place: Path, build_data: dict[str, Any]) -> None:
        # Away from our pyproject.toml, which is not for setuptools.
        shutil.copytree(Path(self.root) / "keyscan", place / "keyscan")
        subprocess.run([sys.executable, "-c", _SETUP, *MODULES], cwd=place, check=True, stdout=sys.stderr)
        built = {str(file): file.relative_to(place / "lib").as_posix() for file in (place / "lib").rglob("*.*")}
        build_data["force_include"].update(built)
        build_data["pure_python"] = False
        build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        """Remove what was made: it is in the wheel."""
        if hasattr(self, "_place"):
            self._place.cleanup()


def digest_of_sources(root: Path) -> str:
    """A digest of every module and every rule file below `root`, names included."""
    digest = hashlib.sha256()
    for file in sorted((*root.glob("keyscan/**/*.py"), *root.glob("rules/*.toml"))):
        data = file.read_bytes()
        digest.update(f"{file.relative_to(root).as_posix()}\n{len(data)}\n".encode() + data)
    return digest.hexdigest()


_BUILD = '''"""Written into wheels: the digest of their sources."""

DIGEST = "{digest}"
'''
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
