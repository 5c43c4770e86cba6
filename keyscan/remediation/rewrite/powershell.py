"""PowerShell: `$env:X`, and `$($env:X)` inside a string that expands."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.remediation.rewrite import syntax
from keyscan.remediation.rewrite.interface import COMMENT, INLINE_CODE, UNPARSED, LeftAlone, Rewrite, Splice, spliced
from keyscan.remediation.rewrite.syntax import Language, above, nearest

if TYPE_CHECKING:
    from tree_sitter import Node

    from keyscan.remediation.rewrite.interface import Target

LANGUAGE = Language(title="PowerShell", module="tree_sitter_powershell", strings=frozenset(), read="$env:{name}")
_KINDS = {
    "expandable_string_literal": b'"',
    "verbatim_string_characters": b"'",
    "expandable_here_string_literal": b'@"',
    "verbatim_here_string_characters": b"@'",
}


def rewrite(target: Target) -> Rewrite | LeftAlone:
    """The replacement of a secret in a PowerShell script."""
    tree = syntax.parse(LANGUAGE, target.text)
    node = tree.root_node.descendant_for_byte_range(target.start, target.end)
    if node is not None and nearest(node, "comment"):
        return LeftAlone(COMMENT)
    if node is None or any(one.is_error for one in above(node)):
        return LeftAlone(UNPARSED.format(language="PowerShell"))
    if b"`" in target.written or b"''" in target.written:
        return LeftAlone("it is written with escapes: move the key by hand")
    splices = _splices(target, node)
    if isinstance(splices, LeftAlone):
        return splices
    if syntax.errors(syntax.parse(LANGUAGE, spliced(target.text, splices))) > syntax.errors(tree):
        return LeftAlone("no rewrite of this place parses: move the key by hand")
    return Rewrite(splices, target.written, target.name)


def _splices(target: Target, node: Node) -> tuple[Splice, ...] | LeftAlone:
    read = b"$env:" + target.name.encode()
    literal = nearest(node, *_KINDS)
    if literal is None:
        if node.type == "generic_token" and (node.start_byte, node.end_byte) == (target.start, target.end):
            return (Splice(target.start, target.end, read),)
        return LeftAlone(INLINE_CODE)
    kind = _KINDS[literal.type]
    if (literal.start_byte + 1, literal.end_byte - 1) == (target.start, target.end) and len(kind) == 1:
        return (Splice(literal.start_byte, literal.end_byte, read),)
    if kind.endswith(b'"'):
        return (Splice(target.start, target.end, b"$(" + read + b")"),)
    if kind == b"@'":
        return LeftAlone("it is in a here-string that does not expand: move the key by hand")
    return (
        Splice(literal.start_byte, literal.start_byte, b"("),
        Splice(target.start, target.end, b"' + " + read + b" + '"),
        Splice(literal.end_byte, literal.end_byte, b")"),
    )
