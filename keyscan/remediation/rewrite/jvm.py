"""Java and Kotlin: `System.getenv("X")`; a constant that an annotation or a case label needs is left alone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.remediation.rewrite import syntax
from keyscan.remediation.rewrite.interface import LeftAlone, Splice
from keyscan.remediation.rewrite.syntax import Language, Literal, nearest, text_of, walk

if TYPE_CHECKING:
    from tree_sitter import Node

    from keyscan.remediation.rewrite.interface import Rewrite, Target
    from keyscan.remediation.rewrite.syntax import Change

_ANDROID = re.compile(rb"^\s*import\s+(?:android|androidx)\.", re.MULTILINE)
_CONSTANT_ONLY = {"annotation", "marker_annotation", "switch_label"}
_FORBIDDEN = {
    "annotation": 'it is in an annotation, which takes constants only: inject it, for example with @Value("${X}")',
    "switch_label": "it is a case label, which must be constant: compare with equals instead",
}


def _is_needed_constant(root: Node, name: bytes) -> bool:
    """Whether an annotation or a case label of the file uses the constant `name`."""
    return any(
        text_of(inner) == name
        for node in walk(root)
        if node.type in _CONSTANT_ONLY
        for inner in walk(node)
        if inner.type in {"identifier", "simple_identifier"}
    )


def _declare(target: Target, literal: Literal, _expression: str) -> Change:
    if _ANDROID.search(target.text):
        return LeftAlone(
            "this code is shipped to devices, where anybody can read the key: call the service from a server"
        )
    root = list(syntax.above(literal.node))[-1]
    declarator = nearest(literal.node, "variable_declarator", "property_declaration")
    if declarator is None:
        return ()
    name = declarator.child_by_field_name("name") or next(
        (node for node in walk(declarator) if node.type == "identifier"), None
    )
    if name is not None and _is_needed_constant(root, text_of(name)):
        return LeftAlone("an annotation or a case label uses this constant: move the key by hand")
    # Kotlin: what is computed at run time is no `const`.
    const = next((node for node in walk(declarator) if node.type in {"const", "property_modifier"}), None)
    if declarator.type == "property_declaration" and const is not None and text_of(const) == b"const":
        after = target.text[const.end_byte : const.end_byte + 1]
        return (Splice(const.start_byte, const.end_byte + after.isspace(), b""),)
    return ()


JAVA = Language(
    title="Java",
    module="tree_sitter_java",
    strings=frozenset({"string_literal"}),
    read='System.getenv("{name}")',
    forbidden=_FORBIDDEN,
    bare=frozenset({"argument_list", "variable_declarator", "return_statement", "assignment_expression"}),
    declare=_declare,
)

KOTLIN = Language(
    title="Kotlin",
    module="tree_sitter_kotlin",
    strings=frozenset({"string_literal", "multiline_string_literal"}),
    read='System.getenv("{name}")',
    inside={b'"': "${{{0}}}", b'"""': "${{{0}}}"},
    raw=frozenset({b'"""'}),
    forbidden=_FORBIDDEN,
    declare=_declare,
)


def rewrite_java(target: Target) -> Rewrite | LeftAlone:
    """The replacement of a secret in Java source."""
    return syntax.rewrite(target, JAVA)


def rewrite_kotlin(target: Target) -> Rewrite | LeftAlone:
    """The replacement of a secret in Kotlin source."""
    return syntax.rewrite(target, KOTLIN)
