"""The documents for developers name paths that exist, and the code map names every folder."""

from __future__ import annotations

import re

import pytest
from helpers.paths import ROOT

PAGES = ("docs/architecture.md", "docs/development.md", "CONTRIBUTING.md")
_PATH = re.compile(r"`((?:keyscan|tests|docs|rules|benchmarks)/[\w./-]*)`")


@pytest.mark.parametrize("page", PAGES)
def test_every_path_exists(page):
    """Each path in backticks is a file or a folder of the repository."""
    paths = _PATH.findall((ROOT / page).read_text(encoding="utf-8"))
    assert paths
    assert [path for path in paths if "NAME" not in path and not (ROOT / path).exists()] == []


def test_the_code_map_names_every_folder():
    """Each package below keyscan/ has a row in the code map of docs/architecture.md."""
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    listed = set(re.findall(r"^\| `keyscan/(\w+)/` \|", text, re.MULTILINE))
    folders = {file.parent.name for file in ROOT.glob("keyscan/*/__init__.py")}
    assert folders - listed == set(), "add a row for each to the code map"
