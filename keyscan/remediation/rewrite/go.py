"""Go: `os.Getenv("X")`, the import added, a constant made a variable."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.remediation.rewrite import syntax
from keyscan.remediation.rewrite.interface import LeftAlone, Splice, line_end
from keyscan.remediation.rewrite.syntax import Language, Literal, nearest, text_of, walk

if TYPE_CHECKING:
    from tree_sitter import Node

    from keyscan.remediation.rewrite.interface import Rewrite, Target
    from keyscan.remediation.rewrite.syntax import Change

_MAYBE_OTHER_OS = re.compile(rb"(?<![\"\w/])os\b(?!\s*\.)")
_LOCAL_NAMES = {"parameter_declaration", "var_spec", "const_spec", "function_declaration", "type_spec"}


def _declare(target: Target, literal: Literal, _expression: str) -> Change:
    root = list(syntax.above(literal.node))[-1]
    if _MAYBE_OTHER_OS.search(target.text) and _rebinds_os(root):
        return LeftAlone("the file uses the name 'os' for something else: read the variable by hand")
    constant = _constant(literal, root)
    if isinstance(constant, LeftAlone):
        return constant
    return (*_import(target, root), *constant)


def _rebinds_os(root: Node) -> bool:
    """Whether the file has a variable, parameter, type or function called `os`."""
    for node in walk(root):
        names = _names(node) if node.type in _LOCAL_NAMES else []
        if node.type == "short_var_declaration" and node.children:
            names = node.children[0].children
        if any(text_of(name) == b"os" for name in names):
            return True
    return False


def _names(node: Node) -> list[Node]:
    return node.children_by_field_name("name")


def _constant(literal: Literal, root: Node) -> Change:
    """What makes the constant that holds the literal a variable: no call can be constant."""
    spec = nearest(literal.node, "const_spec")
    if spec is None:
        return ()
    declaration = spec.parent
    names = {text_of(name) for name in _names(spec)}
    for other in walk(root):
        if other.type == "const_spec" and other != spec and _uses(other, names):
            return LeftAlone("another constant is computed from this one: make both variables by hand")
    if declaration is None or any(child.type == "(" for child in declaration.children):
        return LeftAlone("it is in a group of constants: move it to a 'var' of its own, then run keyscan fix again")
    keyword = declaration.children[0]
    return (Splice(keyword.start_byte, keyword.end_byte, b"var"),)


def _uses(spec: Node, names: set[bytes]) -> bool:
    value = spec.child_by_field_name("value")
    return value is not None and any(node.type == "identifier" and text_of(node) in names for node in walk(value))


def _import(target: Target, root: Node) -> tuple[Splice, ...]:
    """The import of `os`, where there is none."""
    end = line_end(target.text)
    imports = [node for node in root.children if node.type == "import_declaration"]
    specs = [spec for node in imports for spec in walk(node) if spec.type == "import_spec"]
    for spec in specs:
        path = spec.child_by_field_name("path")
        if path is not None and text_of(path) == b'"os"' and spec.child_by_field_name("name") is None:
            return ()
    for node in imports:
        group = next((child for child in node.children if child.type == "import_spec_list"), None)
        if group is not None:
            return (Splice(group.start_byte + 1, group.start_byte + 1, end + b'\t"os"'),)
    if imports:
        return (Splice(imports[0].start_byte, imports[0].start_byte, b'import "os"' + end),)
    package = next(node for node in root.children if node.type == "package_clause")
    return (Splice(package.end_byte, package.end_byte, end + end + b'import "os"'),)


LANGUAGE = Language(
    title="Go",
    module="tree_sitter_go",
    strings=frozenset({"interpreted_string_literal", "raw_string_literal"}),
    read='os.Getenv("{name}")',
    raw=frozenset({b"`"}),
    forbidden={
        "import_spec": "it is in an import path",
        "field_declaration": "it is in a struct tag, which holds constants only: move the key by hand",
    },
    bare=frozenset({"argument_list", "expression_list", "literal_element", "return_statement"}),
    declare=_declare,
)


def rewrite(target: Target) -> Rewrite | LeftAlone:
    """The replacement of a secret in Go source."""
    return syntax.rewrite(target, LANGUAGE)
