"""What a release must agree on: the version in code, documents and citation, and files that packages must have."""

from __future__ import annotations

import re

import pytest
from helpers.paths import ROOT

from keyscan._version import __version__

PAGES = [ROOT / "README.md", ROOT / "CITATION.cff", *sorted((ROOT / "docs").glob("*.md"))]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_named_version_is_the_current_one(page):
    """`rev: vX.Y.Z` in documents and `version:` of the citation name the version in `keyscan/_version.py`."""
    marker = "version: " if page.suffix == ".cff" else r"\s*rev: v"
    named = re.findall(rf"^{marker}(\d\S*)$", page.read_text("utf-8"), re.MULTILINE)
    assert set(named) <= {__version__}


def test_the_package_is_typed():
    """`py.typed` tells type checkers to use the package's own annotations."""
    assert (ROOT / "keyscan" / "py.typed").is_file()


def test_the_changelog_has_room_for_the_next_release():
    """The first section of the CHANGELOG is what is not released yet."""
    assert re.search(r"^## (.*)$", (ROOT / "CHANGELOG.md").read_text("utf-8"), re.MULTILINE).group(1) == "Unreleased"
