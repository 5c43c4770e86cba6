"""C#: `System.Environment.GetEnvironmentVariable("X")`; a constant becomes `static readonly`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.remediation.rewrite import syntax
from keyscan.remediation.rewrite.interface import LeftAlone, Splice
from keyscan.remediation.rewrite.syntax import Language, Literal, nearest, text_of, walk

if TYPE_CHECKING:
    from keyscan.remediation.rewrite.interface import Rewrite, Target
    from keyscan.remediation.rewrite.syntax import Change

_NULLABLE = re.compile(rb"\bstring\?|#nullable enable")
_CONSTANT_ONLY = {"attribute", "constant_pattern", "case_switch_label"}


def _declare(_target: Target, literal: Literal, _expression: str) -> Change:
    extra: tuple[Splice, ...] = ()
    field = nearest(literal.node, "field_declaration", "local_declaration_statement")
    const = field and next((one for one in field.children if one.type == "modifier" and text_of(one) == b"const"), None)
    if field is None or const is None:
        return extra
    declarator = nearest(literal.node, "variable_declarator")
    name = declarator and declarator.child_by_field_name("name")
    root = list(syntax.above(literal.node))[-1]
    used = (inner for node in walk(root) if node.type in _CONSTANT_ONLY for inner in walk(node))
    if name is not None and any(inner.type == "identifier" and text_of(inner) == text_of(name) for inner in used):
        return LeftAlone("an attribute or a case label uses this constant: move the key by hand")
    if field.type == "field_declaration":
        return (Splice(const.start_byte, const.end_byte, b"static readonly"),)
    return (Splice(const.start_byte, const.end_byte + 1, b""),)


LANGUAGE = Language(
    title="C#",
    module="tree_sitter_c_sharp",
    strings=frozenset({"string_literal", "verbatim_string_literal", "interpolated_string_expression"}),
    read='System.Environment.GetEnvironmentVariable("{name}")',
    inside={b'$"': "{{{0}}}"},
    raw=frozenset({b'@"'}),
    forbidden={
        "attribute": "it is in an attribute, which takes constants only: move the key by hand",
        "constant_pattern": "it is a case label, which must be constant: move the key by hand",
        "case_switch_label": "it is a case label, which must be constant: move the key by hand",
        "parameter": "it is a parameter's default, which must be constant: make the default null and read it inside",
    },
    bare=frozenset({"argument", "variable_declarator", "return_statement", "assignment_expression"}),
    declare=_declare,
)


def rewrite(target: Target) -> Rewrite | LeftAlone:
    """The replacement of a secret in C# source; `!` where the file uses nullable references."""
    if not _NULLABLE.search(target.text):
        return syntax.rewrite(target, LANGUAGE)
    return syntax.rewrite(target, replace(LANGUAGE, read=LANGUAGE.read + "!"))
