"""Identifiers say what a value is, in the words of the field; no function changes a collection of its caller."""

from __future__ import annotations

import ast
import re

from helpers.paths import ROOT

PACKAGE = ROOT / "keyscan"
TREES = {
    file.relative_to(PACKAGE).as_posix(): ast.parse(file.read_text(encoding="utf-8"))
    for file in sorted(PACKAGE.rglob("*.py"))
}  # fmt: skip

# Words that tell how a value was come by, or nothing, instead of what it is.
WORDS = frozenset({
    "again", "alike", "dirty", "found", "holds", "judge", "made", "past", "quiet", "slow", "spell", "stands",
    "sureness", "surer", "tally", "told", "trouble", "wish", "yet",
})  # fmt: skip
ALLOWED = {
    # A shell's exit status for a command that does not exist.
    ("agents/command_runner.py", "NOT_FOUND"),
}
# Values with two operands or axes of equal rank, and the variables of types.
ONE_LETTER = {("git/added_lines.py", "a"), ("git/added_lines.py", "b"), ("ruleset/fields.py", "T")}

MUTATORS = {
    "add", "append", "appendleft", "clear", "discard", "extend", "insert", "pop", "remove", "reverse", "setdefault",
    "sort", "update",
}  # fmt: skip
COLLECTION = re.compile(r"(?:list|dict|set|bytearray|deque|Counter|defaultdict|array)\b")
# Functions that change a collection of their caller, with the reason.
CHANGE_A_PARAMETER = {
    # Compiled: the loop over all objects of a pack cannot afford a copy for each of them.
    ("git/pack/reader.py", "claim", "commits"),
    ("git/pack/reader.py", "_resolve", "where"),
    ("git/pack/reader.py", "_walk", "unread"),
}


def identifiers(tree):
    """Every name that a module gives: functions, classes, parameters, variables, attributes, aliases."""
    inner = set()
    for node in ast.walk(tree):
        # The variable of a comprehension lives for one line.
        if isinstance(node, ast.comprehension):
            inner |= {part.id for part in ast.walk(node.target) if isinstance(part, ast.Name)}
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        elif isinstance(node, ast.arg):
            yield node.arg
        elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            if len(node.id) > 1 or node.id not in inner:
                yield node.id
        elif isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store):
            yield node.attr
        elif isinstance(node, ast.alias) and node.asname:
            yield node.asname


def changed_parameters(tree):
    """(function, parameter) for each collection of the caller that a function changes."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        given = (*function.args.args, *function.args.kwonlyargs)
        names = {one.arg for one in given if one.annotation and COLLECTION.match(ast.unparse(one.annotation))}
        own = {node.id for node in ast.walk(function) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in MUTATORS:
                changed = node.func.value
            elif isinstance(node, ast.Subscript) and isinstance(node.ctx, ast.Store | ast.Del):
                changed = node.value
            elif isinstance(node, ast.AugAssign):
                changed = node.target
            else:
                continue
            if (
                isinstance(changed, ast.Name)
                and changed.id in names
                and (changed.id not in own or isinstance(node, ast.AugAssign))
            ):
                yield function.name, changed.id


def test_identifiers_are_words_of_the_field():
    """No name has a word of the list in it or consists of one letter, but those that are listed with the reason."""
    names = {(place, name) for place, tree in TREES.items() for name in identifiers(tree)}
    unclear = {(place, name) for place, name in names if WORDS & set(name.strip("_").lower().split("_"))}
    assert unclear == ALLOWED, "say what the value is"
    assert {(place, name) for place, name in names if len(name.strip("_")) == 1} == ONE_LETTER, "say what the value is"


def test_results_are_returned():
    """No function adds to a list, set or mapping that it was handed, but those that are listed with the reason."""
    changed = {(place, *one) for place, tree in TREES.items() for one in changed_parameters(tree)}
    assert changed == CHANGE_A_PARAMETER, "return the result"


def test_an_identifier_of_the_list_is_noticed():
    """Wherever it is given; and a collection that is changed, by whatever means."""
    tree = ast.parse(
        "def f(found: list[int], value: dict[str, int]):\n    found.append(1)\n    value['a'] = 1\n    told = 1"
    )
    assert {"found", "told"} <= set(identifiers(tree))
    assert set(changed_parameters(tree)) == {("f", "found"), ("f", "value")}
