"""PHP: `getenv('X')`, `env('X')` in Laravel's configuration; a top-level constant becomes a `define`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.remediation.rewrite import syntax
from keyscan.remediation.rewrite.interface import LeftAlone, Splice
from keyscan.remediation.rewrite.syntax import Language, Literal, nearest, text_of

if TYPE_CHECKING:
    from keyscan.remediation.rewrite.interface import Rewrite, Target
    from keyscan.remediation.rewrite.syntax import Change

_LARAVEL = re.compile(r"(?:^|/)config/[^/]+\.php\Z")
_CONSTANT = "it is the value of a {what}, which must be constant: set it in the constructor"


def _declare(_target: Target, literal: Literal, _expression: str) -> Change:
    constant = nearest(literal.node, "const_declaration")
    if constant is None:
        return ()
    if constant.parent is not None and constant.parent.type == "declaration_list":
        return LeftAlone(_CONSTANT.format(what="class constant"))
    elements = [child for child in constant.children if child.type == "const_element"]
    if len(elements) != 1 or not elements[0].children:
        return LeftAlone("it is one of several constants in one declaration: write one declaration each")
    name = elements[0].children[0]
    end = constant.end_byte - constant.children[-1].type.count(";")
    start = b"define('" + text_of(name) + b"', "
    value = elements[0].children[-1]
    return (Splice(constant.start_byte, value.start_byte, start), Splice(end, end, b")"))


LANGUAGE = Language(
    title="PHP",
    module="tree_sitter_php",
    function="language_php",
    strings=frozenset({"string", "encapsed_string"}),
    read="getenv('{name}')",
    join=" . ",
    forbidden={
        "property_element": _CONSTANT.format(what="property"),
        "simple_parameter": _CONSTANT.format(what="parameter's default"),
        "property_promotion_parameter": _CONSTANT.format(what="parameter's default"),
        "static_variable_declaration": _CONSTANT.format(what="static variable"),
        "attribute": _CONSTANT.format(what="attribute"),
        "enum_case": _CONSTANT.format(what="case of an enum"),
        "heredoc": "it is in a heredoc: move the key by hand",
        "nowdoc": "it is in a nowdoc: move the key by hand",
    },
    bare=frozenset(
        {"argument", "assignment_expression", "array_element_initializer", "return_statement", "const_element"}
    ),
    declare=_declare,
)


def rewrite(target: Target) -> Rewrite | LeftAlone:
    """The replacement of a secret in PHP source."""
    if _LARAVEL.search(target.path) and b"env(" in target.text:
        return syntax.rewrite(target, replace(LANGUAGE, read="env('{name}')"))
    return syntax.rewrite(target, LANGUAGE)
