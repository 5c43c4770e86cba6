"""JavaScript and TypeScript: `process.env.X`, a template literal for a part; code for browsers is left alone."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.remediation.rewrite import syntax
from keyscan.remediation.rewrite.interface import LeftAlone, Splice
from keyscan.remediation.rewrite.syntax import Language, nearest, text_of, walk

if TYPE_CHECKING:
    from tree_sitter import Node

    from keyscan.remediation.rewrite.interface import Rewrite, Target
    from keyscan.remediation.rewrite.syntax import Change, Literal

BROWSER = (
    "this code is shipped to browsers, and so would be the variable: move the call to a server of yours and let the "
    "page call that"
)
# Names that only code for browsers uses. Strings and comments are not searched.
_PAGE_NAMES = frozenset({b"document", b"window", b"localStorage", b"sessionStorage", b"dangerouslyAllowBrowser"})
_PAGE_MODULES = re.compile(
    rb"[\"'](?:react-dom|react-native|vue|svelte|solid-js|preact|jquery|@angular/core|next/(?:router|navigation|link))(?:/[^\"']*)?[\"']"
)
# A walk over a large file takes seconds: it is made only for files that hold one of these at all.
_MAYBE_PAGE = re.compile(b"|".join([*sorted(_PAGE_NAMES), _PAGE_MODULES.pattern, rb"\bon[A-Z]\w*\s*="]))
_MAYBE_OTHER_PROCESS = re.compile(rb"\bprocess\b(?!\s*\.)")
_PAGE_PATHS = re.compile(r"\.(?:vue|svelte|astro|html?|user\.js)\Z", re.IGNORECASE)
_ON_SERVER = re.compile(
    r"(?:^|/)(?:server|api|backend|functions|lambda|scripts?|bin|cli)/|(?:^|/)(?:server|route|middleware)\.[cm]?[jt]sx?\Z"
    r"|\.server\.[cm]?[jt]sx?\Z",
    re.IGNORECASE,
)


def _is_page(target: Target, literal: Literal) -> bool:
    """Whether the file's code runs in browsers, as far as path and code show."""
    if _PAGE_PATHS.search(target.path):
        return True
    root = list(syntax.above(literal.node))[-1]
    directives = {
        text_of(node)[:13].strip(b"\"'; ") for node in root.children[:3] if node.type == "expression_statement"
    }
    if b"use server" in directives:
        return False
    if b"use client" in directives or target.browser:
        return not _ON_SERVER.search(target.path) or b"use client" in directives
    if not _MAYBE_PAGE.search(target.text):
        return False
    for node in walk(root):
        if node.type in {"identifier", "property_identifier"} and text_of(node) in _PAGE_NAMES:
            parent = node.parent
            if node.type == "identifier" or text_of(node) == b"dangerouslyAllowBrowser":
                return parent is None or parent.type != "unary_expression"  # `typeof window` asks where it runs
        if node.type in {"import_statement", "call_expression"} and _PAGE_MODULES.search(text_of(node)[:200]):
            return not _ON_SERVER.search(target.path)
        if node.type == "jsx_attribute" and re.match(rb"on[A-Z]", text_of(node)):
            return True
    return False


def _declare(target: Target, literal: Literal, _expression: str) -> Change:
    if _is_page(target, literal):
        return LeftAlone(BROWSER)
    node, parent = literal.node, literal.node.parent
    if parent is None:
        return LeftAlone("it is not in an expression: move the key by hand")
    if parent.type == "expression_statement":
        return LeftAlone("it is a statement of its own: delete it")
    if parent.type in {"pair", "pair_pattern", "method_definition"} and parent.child_by_field_name("key") == node:
        return LeftAlone("it is the name of a property: move the key by hand")
    if parent.type == "jsx_attribute":
        return (Splice(node.start_byte, node.start_byte, b"{"), Splice(node.end_byte, node.end_byte, b"}"))
    if _MAYBE_OTHER_PROCESS.search(target.text) and _rebinds_process(node):
        return LeftAlone("the file uses the name 'process' for something else: read the variable by hand")
    return ()


def _rebinds_process(inside: Node) -> bool:
    """Whether the file has a variable, parameter or function called `process`."""
    declared = ("variable_declarator", "required_parameter", "formal_parameters", "function_declaration")
    for one in walk(list(syntax.above(inside))[-1]):
        if one.type == "identifier" and text_of(one) == b"process" and one.parent is not None:
            name = one.parent.child_by_field_name("name") or one.parent.child_by_field_name("pattern")
            if one.parent.type in declared and (name == one or one.parent.type == "formal_parameters"):
                return True
    return False


def _template(target: Target, literal: Literal, expression: str) -> Change | None:
    """For a part of a literal: the literal as a template literal with the expression in it."""
    if literal.is_only(target):
        return None
    new = Splice(target.start, target.end, b"${" + expression.encode() + b"}")
    if literal.quote == b"`":
        return (new,)
    if (
        nearest(literal.node, "jsx_attribute") is literal.node.parent
        and b"\\" in target.text[literal.start : literal.end]
    ):
        return LeftAlone("it is in an attribute with a backslash: move the key by hand")
    splices = [
        Splice(literal.node.start_byte, literal.start, b"`"),
        new,
        Splice(literal.end, literal.node.end_byte, b"`"),
    ]
    for start, end in ((literal.start, target.start), (target.end, literal.end)):
        special = re.finditer(rb"`|\$(?=\{)", target.text[start:end])
        splices.extend(Splice(start + match.start(), start + match.start(), b"\\") for match in special)
    return tuple(splices)


JAVASCRIPT = Language(
    title="JavaScript",
    module="tree_sitter_javascript",
    strings=frozenset({"string", "template_string"}),
    read="process.env.{name}",
    forbidden={
        "import_statement": "it is the name of a module",
        "export_statement_source": "it is the name of a module",
        "jsx_text": "it is text of a page",
        "switch_case_label": "it is a case label",
    },
    declare=_declare,
    replace=_template,
)
_TYPES = {
    "literal_type": "it is a type: replace it by string",
    "template_literal_type": "it is a type: replace it by string",
    "enum_assignment": "it is the value of an enum, which must be constant: move the key by hand",
    "ambient_declaration": "it is in a declaration without code: delete it",
}
# `!`: TypeScript knows the variable as `string | undefined`.
TYPESCRIPT = replace(
    JAVASCRIPT,
    title="TypeScript",
    module="tree_sitter_typescript",
    function="language_typescript",
    read="process.env.{name}!",
    forbidden={**JAVASCRIPT.forbidden, **_TYPES},
)
TSX = replace(TYPESCRIPT, function="language_tsx")
_FLOW = re.compile(rb"^\s*(?://|/\*)[^\n]*@flow\b", re.MULTILINE)


def rewrite(target: Target) -> Rewrite | LeftAlone:
    """The replacement of a secret in JavaScript or TypeScript source, by the path's ending."""
    path = target.path.lower()
    if _PAGE_PATHS.search(path):
        return LeftAlone(BROWSER)
    if path.endswith(".d.ts"):
        return LeftAlone("it is in a declaration file, which holds no code: delete it there")
    if path.endswith((".ts", ".mts", ".cts")):
        language = TYPESCRIPT
    elif path.endswith(".tsx") or _FLOW.match(target.text):
        language = TSX
    else:
        language = JAVASCRIPT
    if b"Deno." in target.text:
        language = replace(language, read='Deno.env.get("{name}")' + ("!" if language is not JAVASCRIPT else ""))
    return syntax.rewrite(target, language)
