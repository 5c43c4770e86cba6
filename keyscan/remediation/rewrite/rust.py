"""Rust: `std::env::var("X")`, as the `&'static str` that the literal was; a constant becomes a `LazyLock`.

`String::leak` (Rust 1.72) and `LazyLock` (1.80) keep the types, so that no other line has to change.
"""

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

_OWNED = 'std::env::var("{name}").expect("{name} is not set")'
_LAZY = "std::sync::LazyLock"
_CONVERSIONS = {b"to_string", b"to_owned", b"into"}


def _replace(target: Target, literal: Literal, _expression: str) -> Change | None:
    owned = _OWNED.format(name=target.name).encode()
    if literal.opening.startswith(b"b"):
        return LeftAlone("it is a byte string: move the key by hand")
    item = nearest(literal.node, "const_item", "static_item")
    if item is not None:
        whole = literal.is_only(target)
        return _lazy(literal, item, owned) if whole else LeftAlone("it is part of a constant: move the key by hand")
    if not literal.is_only(target):
        return _formatted(target, literal, owned)
    call = literal.node.parent
    if call is not None and call.type == "field_expression":
        method, outer = call.child_by_field_name("field"), call.parent
        if method is not None and text_of(method) in _CONVERSIONS and outer is not None:
            return (Splice(literal.node.start_byte, outer.end_byte, owned),)
    return None


def _lazy(literal: Literal, item: Node, owned: bytes) -> Change:
    """A constant or static string, made when it is first used; its uses in the file dereference it."""
    kind, name, type_ = item.children, item.child_by_field_name("name"), item.child_by_field_name("type")
    value = item.child_by_field_name("value")
    keyword = next((one for one in kind if one.type in {"const", "static"}), None)
    if name is None or type_ is None or keyword is None or value != literal.node or b"str" not in text_of(type_):
        return LeftAlone("it is part of a constant expression: move the key by hand")
    if any(one.type == "visibility_modifier" for one in kind):
        return LeftAlone("other files may use this public constant: make it a function by hand")
    root = list(syntax.above(item))[-1]
    inline = re.compile(rb"\{" + re.escape(text_of(name)) + rb"[:}]")
    uses = []
    for node in walk(root):
        if node.type == "identifier" and text_of(node) == text_of(name) and node != name:
            if nearest(node, "const_item", "static_item", "use_declaration", "attribute_item", "match_pattern"):
                return LeftAlone("a pattern, an attribute or another constant uses this constant: move the key by hand")
            uses.append(Splice(node.end_byte, node.end_byte, b".as_str()"))
        if node.type == "string_literal" and inline.search(text_of(node)):
            return LeftAlone("a format string names this constant in braces: pass it as an argument first")
    new = _LAZY.encode() + b"::new(|| " + owned + b")"
    return (
        Splice(keyword.start_byte, keyword.end_byte, b"static"),
        Splice(type_.start_byte, type_.end_byte, _LAZY.encode() + b"<String>"),
        Splice(value.start_byte, value.end_byte, new),
        *uses,
    )


def _formatted(target: Target, literal: Literal, owned: bytes) -> Change:
    """A part of a literal: the text by `format!`, kept as long as the literal was."""
    if nearest(literal.node, "token_tree") or literal.opening != b'"':
        return LeftAlone("it is part of a macro's text or of a raw string: move the key by hand")
    head, tail = (
        part.replace(b"{", b"{{").replace(b"}", b"}}")
        for part in (target.text[literal.start : target.start], target.text[target.end : literal.end])
    )
    code = b'(&*format!("' + head + b"{}" + tail + b'", ' + owned + b").leak())"
    return (Splice(literal.node.start_byte, literal.node.end_byte, code),)


LANGUAGE = Language(
    title="Rust",
    module="tree_sitter_rust",
    strings=frozenset({"string_literal", "raw_string_literal"}),
    read="(&*" + _OWNED + ".leak())",
    raw=frozenset({b'r"', b'r#"', b'r##"'}),
    forbidden={
        "attribute_item": "it is in an attribute: move the key by hand",
        "match_pattern": "it is a pattern: move the key by hand",
    },
    replace=_replace,
)


def rewrite(target: Target) -> Rewrite | LeftAlone:
    """The replacement of a secret in Rust source."""
    return syntax.rewrite(target, LANGUAGE)
