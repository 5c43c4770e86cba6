"""Terraform and OpenTofu: a `sensitive` variable, whose value comes from `TF_VAR_name`."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.remediation.rewrite import syntax
from keyscan.remediation.rewrite.interface import (
    COMMENT,
    ESCAPED,
    INLINE_CODE,
    UNPARSED,
    LeftAlone,
    Rewrite,
    Splice,
    line_end,
    spliced,
    unescaped,
)
from keyscan.remediation.rewrite.syntax import Language, above, nearest, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from keyscan.remediation.rewrite.interface import Target

LANGUAGE = Language(title="HCL", module="tree_sitter_hcl", strings=frozenset(), read="var.{name}")
_STATIC = {
    "backend": "a backend block takes no variables: pass it with -backend-config or the backend's own variable",
    "terraform": "a terraform block takes no variables: move the key by hand",
    "module_source": "it is a module's source: use a credential helper",
}


def rewrite(target: Target) -> Rewrite | LeftAlone:
    """The replacement of a secret in a Terraform file."""
    if target.path.endswith((".tfvars", ".tfvars.json")):
        return LeftAlone("a .tfvars file holds values: keep it out of git, or set TF_VAR_name in the environment")
    tree = syntax.parse(LANGUAGE, target.text)
    node = tree.root_node.descendant_for_byte_range(target.start, target.end)
    if node is None or any(one.is_error for one in above(node)):
        return LeftAlone(UNPARSED.format(language="HCL"))
    if nearest(node, "comment"):
        return LeftAlone(COMMENT)
    value = unescaped(target.written)
    if value is None:
        return LeftAlone(ESCAPED)
    literal = nearest(node, "string_lit", "quoted_template")
    heredoc = nearest(node, "heredoc_template")
    blocks = [_label(one) for one in above(node) if one.type == "block"]
    reason = next((_STATIC[block[0]] for block in blocks if block[0] in _STATIC), None)
    if reason:
        return LeftAlone(reason)
    if (literal is None and heredoc is None) or (
        nearest(node, "object_elem") is None and nearest(node, "attribute") is None
    ):
        return LeftAlone(INLINE_CODE)
    if blocks and blocks[0][0] == "variable":
        return _default(target, node, value, blocks[0][1])
    return _variable(target, tree.root_node, literal, value)


def _label(block: Node) -> tuple[str, str]:
    """The type and the first label of a block."""
    words = [text_of(child).decode("utf-8", "replace").strip('"') for child in block.children[:2]]
    return words[0], words[1] if len(words) > 1 else ""


def _default(target: Target, node: Node, value: bytes, name: str) -> Rewrite | LeftAlone:
    """A variable's default goes; the variable becomes sensitive."""
    attribute, block = nearest(node, "attribute"), nearest(node, "block")
    whole = nearest(node, "string_lit")
    if attribute is None or block is None or whole is None or not text_of(attribute).startswith(b"default"):
        return LeftAlone("it is part of a variable's description: delete it there")
    if (
        whole.end_byte - whole.start_byte != target.end - target.start + 2
        or text_of(whole) != b'"' + target.written + b'"'
    ):
        return LeftAlone("it is part of a variable's default: move the key by hand")
    new = b"" if re.search(rb"\bsensitive\s*=", text_of(block)) else b"sensitive = true"
    start, end = attribute.start_byte, attribute.end_byte
    if not new:
        start = target.text.rfind(b"\n", 0, start) + 1
        end = (target.text.find(b"\n", end) + 1) or end
    return Rewrite((Splice(start, end, new),), value, f"TF_VAR_{name}")


def _variable(target: Target, root: Node, literal: Node | None, value: bytes) -> Rewrite | LeftAlone:
    name = target.name.lower()
    read = f"var.{name}".encode()
    if literal is not None and text_of(literal) == b'"' + target.written + b'"':
        change = Splice(literal.start_byte, literal.end_byte, read)
    else:
        change = Splice(target.start, target.end, b"${" + read + b"}")
    end = line_end(target.text)
    known = {_label(node) for node in syntax.walk(root) if node.type == "block"}
    splices = [change]
    if ("variable", name) not in known:
        gap = end if target.text.endswith((b"\n", b"\r")) else end * 2
        lines = (b'variable "' + name.encode() + b'" {', b"  type      = string", b"  sensitive = true", b"}", b"")
        splices.append(Splice(len(target.text), len(target.text), gap + end.join(lines)))
    changes = tuple(splices)
    if syntax.errors(syntax.parse(LANGUAGE, spliced(target.text, changes))):
        return LeftAlone("no rewrite of this place parses: move the key by hand")
    return Rewrite(changes, value, f"TF_VAR_{name}")
