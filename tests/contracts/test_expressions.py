"""Expressions of Python's own engine: what one of the supported Pythons gets wrong is not used."""

from __future__ import annotations

import re

from helpers.paths import ROOT


def test_no_group_is_repeated_possessively():
    """`(?:...)*+` keeps half of an iteration that fails in Python 3.11.2, and hid text; `(?>(?:...)*)` does not."""
    wrong = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in sorted((ROOT / "keyscan").rglob("*.py"))
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if re.search(r"\)(?:[*+?]|\{[0-9,]+\})\+", line) and "regex.compile" not in line
    ]
    assert wrong == []
