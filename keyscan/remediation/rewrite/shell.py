"""POSIX shells and bash: `${X:?}`, which stops the script with the variable's name when it is not set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.remediation.rewrite import syntax
from keyscan.remediation.rewrite.interface import COMMENT, INLINE_CODE, UNPARSED, LeftAlone, Rewrite, Splice, spliced
from keyscan.remediation.rewrite.syntax import Language, above, nearest, text_of

if TYPE_CHECKING:
    from tree_sitter import Node

    from keyscan.remediation.rewrite.interface import Target

LANGUAGE = Language(title="shell", module="tree_sitter_bash", strings=frozenset(), read="${{{name}:?}}")


def rewrite(target: Target) -> Rewrite | LeftAlone:
    """The replacement of a secret in a shell script, by the kind of word that it is in."""
    tree = syntax.parse(LANGUAGE, target.text)
    node = tree.root_node.descendant_for_byte_range(target.start, target.end)
    if node is not None and nearest(node, "comment"):
        return LeftAlone(COMMENT)
    if node is None or any(one.is_error for one in above(node)):
        return LeftAlone(UNPARSED.format(language="shell"))
    if b"\\" in target.written:
        return LeftAlone("it is written with backslashes: move the key by hand")
    place = _place(node)
    read = b"${" + target.name.encode() + b":?}"
    if isinstance(place, LeftAlone):
        return place
    if place == "double":
        new = read
    elif place == "single":
        new = b"'\"" + read + b"\"'"
    else:
        new = b'"' + read + b'"'
    splices: tuple[Splice, ...] = (Splice(target.start, target.end, new),)
    single = nearest(node, "raw_string")
    if (
        place == "single"
        and single is not None
        and (single.start_byte + 1, single.end_byte - 1) == (target.start, target.end)
    ):
        splices = (Splice(single.start_byte, single.end_byte, b'"' + read + b'"'),)
    if syntax.errors(syntax.parse(LANGUAGE, spliced(target.text, splices))) > syntax.errors(tree):
        return LeftAlone("no rewrite of this place parses: move the key by hand")
    return Rewrite(splices, target.written, target.name)


def _place(node: Node) -> str | LeftAlone:
    """How the shell reads a text: double (it expands), single or bare; or why it can't be replaced."""
    for one in above(node):
        if one.type == "raw_string":
            return "single"
        if one.type == "ansi_c_string":
            return LeftAlone("it is in $'...': move the key by hand")
        if one.type == "string":
            return "double"
        if one.type == "heredoc_body":
            start = one.parent and next((child for child in one.parent.children if child.type == "heredoc_start"), None)
            if start is None or set(text_of(start)) & set(b"'\"\\"):
                return LeftAlone("it is in a heredoc that does not expand variables: move the key by hand")
            return "double"
        if one.type in {"word", "concatenation", "variable_assignment", "number"}:
            return "bare"
        if one.type in {"case_item", "regex", "extglob_pattern"}:
            return LeftAlone("it is a pattern: move the key by hand")
    return LeftAlone(INLINE_CODE)
