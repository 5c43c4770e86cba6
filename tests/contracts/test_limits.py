"""Sizes that keep the code readable: lines of modules and functions, parameters of functions."""

from __future__ import annotations

import ast
import re

import pytest
from helpers.paths import ROOT

MODULE_LINES = 300
FUNCTION_LINES = 60
PARAMETERS = 5
# Loops that mypyc compiles hand plain values on: an object for each call would cost what compiling gains.
COMPILED_PARAMETERS = 7

# One state machine each: in two files neither half would say anything.
LONG_MODULES = {"git/pack/reader.py", "ruleset/go_regex.py"}
# One loop that runs for every instruction of every delta: calls would double its time.
LONG_FUNCTIONS = {("git/pack/delta.py", "apply")}
MANY_PARAMETERS = {
    # Hyperscan says how many arguments its callback gets.
    ("engine/prefilter/nearby_values.py", "on_match"),
}

PACKAGE = ROOT / "keyscan"
MODULES = {file.relative_to(PACKAGE).as_posix(): file for file in sorted(PACKAGE.rglob("*.py"))}
COMPILED = {
    path.removeprefix("keyscan/")
    for path in re.findall(r'^    "(keyscan/[\w/]+\.py)",$', (ROOT / "hatch_build.py").read_text("utf-8"), re.MULTILINE)
}


def functions(place):
    """The functions of a module, methods and inner ones included."""
    tree = ast.parse(MODULES[place].read_text(encoding="utf-8"))
    return [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)]


def is_command(function):
    """Whether click calls it, with one parameter for each option."""
    names = (ast.unparse(getattr(decorator, "func", decorator)) for decorator in function.decorator_list)
    return any(name.rpartition(".")[2] in {"command", "group", "option", "argument"} for name in names)


def parameters(function):
    """How many values a caller hands over; the object itself does not count."""
    given = function.args
    named = [arg.arg for arg in (*given.posonlyargs, *given.args, *given.kwonlyargs)]
    starred = [arg for arg in (given.vararg, given.kwarg) if arg]
    return len(named) + len(starred) - (named[:1] in (["self"], ["cls"]))


def too_long(place):
    """The functions of a module that have too many lines."""
    return {(place, one.name) for one in functions(place) if one.end_lineno - one.lineno + 1 > FUNCTION_LINES}


def too_wide(place):
    """The functions of a module that take too many parameters."""
    most = COMPILED_PARAMETERS if place in COMPILED else PARAMETERS
    return {(place, one.name) for one in functions(place) if parameters(one) > most and not is_command(one)}


@pytest.mark.parametrize("place", MODULES)
def test_a_module_is_no_longer_than_a_reader_can_hold(place):
    """No module has more than 300 lines, but those that are listed with the reason."""
    lines = len(MODULES[place].read_text(encoding="utf-8").splitlines())
    assert lines <= MODULE_LINES or place in LONG_MODULES


@pytest.mark.parametrize("place", MODULES)
def test_functions_are_short_and_take_few_parameters(place):
    """No function has more than 60 lines or five parameters, but those that are listed with the reason."""
    assert too_long(place) <= LONG_FUNCTIONS, "split it"
    assert too_wide(place) <= MANY_PARAMETERS, "more parameters are a missing type"


def test_no_exception_outlives_its_reason():
    """Whatever the lists name is still there and still over the limit."""
    long = {place for place, file in MODULES.items() if len(file.read_text("utf-8").splitlines()) > MODULE_LINES}
    assert long >= LONG_MODULES
    assert {found for place in MODULES for found in too_long(place)} >= LONG_FUNCTIONS
    assert {found for place in MODULES for found in too_wide(place)} >= MANY_PARAMETERS


def test_the_compiled_modules_are_known():
    """The list of compiled modules was read from the build, and each module of it exists."""
    assert COMPILED
    assert set(MODULES) >= COMPILED
