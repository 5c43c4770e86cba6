"""Comprehensions whose variables do not hide a name that their function reads from its module.

Python 3.12.0 and 3.12.1 inline comprehensions (PEP 709) and then take such a name for the comprehension's own variable
in the whole function: it ends in an UnboundLocalError.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

import keyscan

PACKAGE = Path(keyscan.__file__).parent
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp)
_FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)


def _stored(nodes: list[ast.AST]) -> set[str]:
    """The names that some nodes bind."""
    return {
        name.id
        for node in nodes
        for name in ast.walk(node)
        if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store)
    }


class _Reader(ast.NodeVisitor):
    """Collects the variables of a function's inlined comprehensions, and the names that it reads outside of them."""

    def __init__(self) -> None:
        self.variables: set[str] = set()
        self.bound: set[str] = set()
        self.read: set[str] = set()
        self._own: list[set[str]] = []

    def visit(self, node: ast.AST) -> None:
        if isinstance(node, (*_COMPREHENSIONS, ast.GeneratorExp)):
            own = _stored([generator.target for generator in node.generators])
            if isinstance(node, _COMPREHENSIONS):
                self.variables |= own
            # The first source is evaluated outside of the comprehension.
            self.visit(node.generators[0].iter)
            self._own.append(own)
            for child in ast.iter_child_nodes(node):
                self.generic_visit(child) if isinstance(child, ast.comprehension) else self.visit(child)
            self._own.pop()
        elif isinstance(node, ast.Name):
            if isinstance(node.ctx, ast.Load):
                if not any(node.id in own for own in self._own):
                    self.read.add(node.id)
            elif not self._own:
                self.bound.add(node.id)
        elif not isinstance(node, (*_FUNCTIONS, ast.ClassDef)):
            self.generic_visit(node)


def hidden_names(source: str) -> list[str]:
    """`function: name` for each name that is hidden so in a module's functions."""
    hidden = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
            reader = _Reader()
            for statement in node.body:
                reader.visit(statement)
            arguments = {one.arg for one in ast.walk(node.args) if isinstance(one, ast.arg)}
            hidden += [f"{node.name}: {name}" for name in reader.variables & reader.read - reader.bound - arguments]
    return hidden


@pytest.mark.parametrize(
    ("body", "count"),
    [
        pytest.param("a = [f for f in x]; return [f(1) for y in x]", 1, id="read in another one"),
        pytest.param("a = [f for f in x]; return f(1)", 1, id="read beside it"),
        pytest.param("return [f for f in f(x)]", 1, id="read in its source"),
        pytest.param("return list(f for f in x), f(1)", 0, id="a generator is not inlined"),
        pytest.param("f = 1; return [f for f in x], f", 0, id="a local variable"),
        pytest.param("return [f for f in x], [f for f in x]", 0, id="the same variable twice"),
        pytest.param("return [g for f in x if (g := f)]", 0, id="its own name only"),
    ],
)
def test_the_check_itself(body, count):
    """What those versions get wrong is seen, and nothing else."""
    assert len(hidden_names(f"def function(x):\n    {body}\n")) == count


def test_no_comprehension_hides_what_its_function_reads():
    """In all modules of the package."""
    found = {
        str(path.relative_to(PACKAGE)): names
        for path in sorted(PACKAGE.rglob("*.py"))
        if (names := hidden_names(path.read_text()))
    }
    assert not found
