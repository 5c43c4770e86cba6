"""Ruby: `ENV.fetch("X")`, which says so when the variable is not set."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.remediation.rewrite import syntax
from keyscan.remediation.rewrite.interface import LeftAlone, Rewrite, Splice
from keyscan.remediation.rewrite.syntax import Language, nearest, text_of

if TYPE_CHECKING:
    from keyscan.remediation.rewrite.interface import Target

LANGUAGE = Language(
    title="Ruby",
    module="tree_sitter_ruby",
    strings=frozenset({"string"}),
    read='ENV.fetch("{name}")',
    inside={b'"': "#{{{0}}}"},
    forbidden={
        "chained_string": "it is one of several literals side by side: join them with + first",
        "string_array": "it is in a %w list: write the list with quotes first",
        "when": "it is a case label: move the key by hand",
    },
    bare=frozenset({"argument_list", "assignment", "pair", "array"}),
)


def rewrite(target: Target) -> Rewrite | LeftAlone:
    """The replacement of a secret in Ruby source; also inside a heredoc that interpolates."""
    tree = syntax.parse(LANGUAGE, target.text)
    node = tree.root_node.descendant_for_byte_range(target.start, target.end)
    if node is None or nearest(node, "heredoc_body") is None:
        return syntax.rewrite(target, LANGUAGE)
    body = nearest(node, "heredoc_body")
    begins = [one for one in syntax.walk(tree.root_node) if one.type == "heredoc_beginning"]
    before = [begin for begin in begins if body is not None and begin.start_byte < body.start_byte]
    if not before or b"'" in text_of(before[-1]) or b"\\" in target.written:
        return LeftAlone("it is in a heredoc that does not interpolate: move the key by hand")
    new = f"#{{{LANGUAGE.read.format(name=target.name)}}}".encode()
    return Rewrite((Splice(target.start, target.end, new),), target.written, target.name)
