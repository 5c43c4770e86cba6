"""Expressions of Python's own engine: what one of the supported Pythons gets wrong is not used."""

from __future__ import annotations

import importlib
import pkgutil
import re
import time

import pytest
from helpers.paths import ROOT

import keyscan
from keyscan.support.lazy_pattern import _LazyPattern

# Units of text that expressions repeat in more than one way where they are not written with care.
_UNITS = (
    "a", "A", "1", "a1", "aa-", "a-", "aa_", "a_", "aa.", "a.", "Aa", "aA", "Aaa", "a/", "aa ", "a ", " ",
    "-", "/", "\\", '"', "'", "=", "a=", "a,", "\t", "\n", "(", ")", "{", "[", "<", ".", "%a", "$", ":", "a:",
)  # fmt: skip
_ENDS = ("!", "1\0", "\n!")


def test_no_group_is_repeated_possessively():
    """`(?:...)*+` keeps half of an iteration that fails in Python 3.11.2, and hid text; `(?>(?:...)*)` does not."""
    wrong = [
        f"{file.relative_to(ROOT)}:{number}"
        for file in sorted((ROOT / "keyscan").rglob("*.py"))
        for number, line in enumerate(file.read_text("utf-8").splitlines(), 1)
        if re.search(r"\)(?:[*+?]|\{[0-9,]+\})\+", line) and "regex.compile" not in line
    ]
    assert wrong == []


def _expressions() -> dict[str, re.Pattern]:
    """Every expression that a module of the package holds, by the module's name and its own."""
    expressions = {}
    for found in pkgutil.walk_packages(keyscan.__path__, "keyscan."):
        try:
            module = importlib.import_module(found.name)
        except ImportError:  # an extra that is not installed
            continue
        for name, value in vars(module).items():
            if isinstance(value, _LazyPattern):
                expressions[f"{found.name}.{name}"] = re.compile(value._text, value._flags)
            elif isinstance(value, re.Pattern):
                expressions[f"{found.name}.{name}"] = value
    return expressions


@pytest.mark.timeout(120)
def test_no_expression_takes_exponential_time():
    """Names and values are somebody else's: a hundred characters hang no expression of a module."""
    expressions = _expressions()
    assert len(expressions) > 200
    for name, pattern in expressions.items():
        for unit in _UNITS:
            for end in _ENDS:
                text = unit * (120 // len(unit)) + end
                data = text.encode() if isinstance(pattern.pattern, bytes) else text
                start = time.process_time()
                for use in (pattern.search, pattern.match, pattern.fullmatch):
                    use(data)
                assert time.process_time() - start < 1, f"{name} on {unit!r} repeated"
