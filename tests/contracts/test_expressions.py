"""Expressions of Python's own engine: what one of the supported Pythons gets wrong is not used."""

from __future__ import annotations

import ast
import importlib
import pkgutil
import re
import time
from pathlib import Path

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


def _written_inline() -> dict[str, re.Pattern]:
    """Every expression that a call of `re` in the package is given as it stands, by its file and line."""
    expressions = {}
    for file in sorted((ROOT / "keyscan").rglob("*.py")):
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            called = node.func if isinstance(node, ast.Call) and node.args else None
            if not isinstance(called, ast.Attribute) or not isinstance(called.value, ast.Name):
                continue
            text = node.args[0].value if isinstance(node.args[0], ast.Constant) else None
            if called.value.id == "re" and called.attr != "escape" and isinstance(text, str | bytes):
                expressions[f"{file.relative_to(ROOT)}:{node.lineno}"] = re.compile(text)
    return expressions


def _made_by_functions() -> dict[str, re.Pattern]:
    """The expressions that functions make, for each thing that they make one of."""
    from keyscan.catalog import placeholders
    from keyscan.engine import attribution
    from keyscan.engine.decoders import table
    from keyscan.ruleset import verification
    from keyscan.ruleset.cache import load_rules
    from keyscan.verify import parts

    made = [placeholders._compiled(text) for text in (b"|".join(t.encode() for t in placeholders._PUBLISHED),
                                                       placeholders._SAMPLE_HOSTS)]  # fmt: skip
    made += [table._quoted_cell(separator) for separator in (b",", b";", b"\t", b"|")]
    rules = load_rules()
    made += [attribution._compiled(rule.value) for rule in rules if rule.value]
    tables = verification.load(sorted({Path(rule.source) for rule in rules if Path(rule.source).is_file()}))
    for rule in rules:
        verifier = tables.verifier(rule.id)
        made += [re.compile(parts._expression(part)) for part in (verifier.parts if verifier else ())]
    return {f"made {number}: {one.pattern!r:.60}": one for number, one in enumerate(made)}


def _expressions() -> dict[str, re.Pattern]:
    """Every expression that a module of the package holds, by the module's name and its own."""
    expressions = {}
    for found in pkgutil.walk_packages(keyscan.__path__, "keyscan."):
        try:
            module = importlib.import_module(found.name)
        except ImportError:  # an extra that is not installed
            continue
        for name, value in vars(module).items():
            for number, one in enumerate(_held(value)):
                pattern = re.compile(one._text, one._flags) if isinstance(one, _LazyPattern) else one
                expressions[f"{found.name}.{name}" + f"[{number}]" * (one is not value)] = pattern
    return expressions


def _held(value: object) -> list[re.Pattern]:
    """The expressions in a value of a module: itself, or those that a collection holds."""
    if isinstance(value, dict):
        value = tuple(value.values())
    held = value if isinstance(value, tuple | list | set | frozenset) else (value,)
    parts = [part for one in held for part in (one if isinstance(one, tuple | list) else (one,))]
    return [one for one in parts if isinstance(one, re.Pattern | _LazyPattern)]


@pytest.mark.timeout(120)
def test_no_expression_takes_exponential_time():
    """Names and values are somebody else's: a hundred characters hang no expression of a module."""
    written, made = _written_inline(), _made_by_functions()
    assert (len(written) > 50, len(made) > 50) == (True, True)
    expressions = {**_expressions(), **written, **made}
    for name, pattern in expressions.items():
        for unit in _UNITS:
            for end in _ENDS:
                text = unit * (120 // len(unit)) + end
                data = text.encode() if isinstance(pattern.pattern, bytes) else text
                start = time.process_time()
                for use in (pattern.search, pattern.match, pattern.fullmatch):
                    use(data)
                assert time.process_time() - start < 1, f"{name} on {unit!r} repeated"


# Read by people who choose these texts themselves, or bounded before: paths, names, settings of the command line.
_LONG = 20_000


@pytest.mark.timeout(240)
def test_no_expression_of_the_engine_takes_quadratic_time_at_one_place():
    """Lines of any length reach the engine: tried at their beginning, no expression takes a second for 20,000 bytes."""
    slow = []
    for name, pattern in {**_expressions(), **_made_by_functions()}.items():
        if not name.startswith(
            ("keyscan.engine.", "keyscan.suppressions.", "keyscan.migrate.", "keyscan.support.", "made")
        ):
            continue
        for unit in _UNITS:
            text = unit * (_LONG // len(unit)) + "!\0"
            data = text.encode() if isinstance(pattern.pattern, bytes) else text
            start = time.process_time()
            pattern.match(data)
            pattern.fullmatch(data)
            if time.process_time() - start > 1:
                slow.append(f"{name} on {unit!r} repeated")
                break
    assert slow == []
