"""Shared by the rewriters with tree-sitter: find the literal, replace all or a part of it, check the result.

A language is data (`Language`) and, where its syntax asks for it, one function (`declare`) that adjusts the
declaration round the literal: imports, constants that cannot hold a call.
"""

from __future__ import annotations

import importlib
import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from keyscan.errors import UsageError
from keyscan.remediation.rewrite.interface import (
    COMMENT,
    ESCAPED,
    INLINE_CODE,
    UNPARSED,
    LeftAlone,
    Rewrite,
    Splice,
    Target,
    spliced,
    unescaped,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from tree_sitter import Node, Parser, Tree

_OPEN = re.compile(rb"((?:br|[rb$@]{0,3})#*)(\"\"\"|'''|[\"'`])")
INSTALL = "keyscan fix reads this language with a parser that is not installed: pip install 'keyscan-linter[fix]'"


@dataclass(frozen=True, slots=True)
class Literal:
    """A string literal round a target: its node, its opening and closing text, and the offsets of its content."""

    node: Node
    opening: bytes
    closing: bytes
    start: int
    end: int

    @property
    def quote(self) -> bytes:
        """The quotation mark, without prefix."""
        return self.opening.lstrip(b"br$@#")

    def is_only(self, target: Target) -> bool:
        """Whether the target is all that the literal holds."""
        return (self.start, self.end) == (target.start, target.end)


Change = tuple[Splice, ...] | LeftAlone


@dataclass(frozen=True, slots=True)
class Language:
    """How one language writes strings and reads the environment; `{name}` stands for the variable.

    `strings` are the node types of literals. `read` is the expression for a whole literal. `inside` gives, for an
    opening such as `"`, how an expression stands inside that literal; where there is none, the literal is cut and
    joined with `join`. `raw` are openings whose text has no escapes. `forbidden` are node types round the literal in
    which no expression may stand, with the reason. `bare` are parents of which a joined expression needs no
    parentheses. `replace` makes the replacement itself where a language has its own way (None: the common way);
    `declare` adds what the file needs besides.
    """

    title: str
    module: str
    strings: frozenset[str]
    read: str
    function: str = "language"
    join: str = " + "
    inside: Mapping[bytes, str] = field(default_factory=dict)
    raw: frozenset[bytes] = frozenset()
    forbidden: Mapping[str, str] = field(default_factory=dict)
    bare: frozenset[str] = frozenset()
    declare: Callable[[Target, Literal, str], Change] | None = None
    replace: Callable[[Target, Literal, str], Change | None] | None = None


@lru_cache(maxsize=32)
def parser(module: str, function: str) -> Parser:
    """The parser of a grammar package; UsageError when it is not installed."""
    try:
        tree_sitter = importlib.import_module("tree_sitter")
        grammar = importlib.import_module(module)
    except ImportError as error:
        raise UsageError(INSTALL) from error
    new_parser: Parser = tree_sitter.Parser(tree_sitter.Language(getattr(grammar, function)()))
    return new_parser


def parse(language: Language, text: bytes) -> Tree:
    """The syntax tree of `text`."""
    return parser(language.module, language.function).parse(text)


def above(node: Node) -> Iterator[Node]:
    """The nodes round `node`, innermost first, itself included."""
    at: Node | None = node
    while at is not None:
        yield at
        at = at.parent


def walk(node: Node) -> Iterator[Node]:
    """All nodes below `node`, itself included, in the order of the text."""
    todo = [node]
    while todo:
        one = todo.pop()
        yield one
        todo.extend(reversed(one.children))


def text_of(node: Node) -> bytes:
    """The source of a node."""
    return node.text or b""


def errors(tree: Tree) -> int:
    """How many places of the text the grammar does not understand."""
    return sum(node.is_error or node.is_missing for node in walk(tree.root_node)) if tree.root_node.has_error else 0


def literal_at(target: Target, language: Language, tree: Tree) -> Literal | LeftAlone:
    """The string literal that the target is in, or why there is none to replace."""
    innermost = tree.root_node.descendant_for_byte_range(target.start, target.end)
    if innermost is None:
        return LeftAlone(INLINE_CODE)
    for node in above(innermost):
        if "comment" in node.type:
            return LeftAlone(COMMENT)
        if node.type in language.strings:
            return _literal(node, target)
        if node.type in language.forbidden:
            return LeftAlone(language.forbidden[node.type])
        if node.is_error:
            return LeftAlone(UNPARSED.format(language=language.title))
    return LeftAlone(INLINE_CODE)


def _literal(node: Node, target: Target) -> Literal | LeftAlone:
    source = text_of(node)
    opening = _OPEN.match(source)
    if not opening:
        return LeftAlone(INLINE_CODE)
    closing = opening[2] + b"#" * opening[1].count(b"#")
    start, end = node.start_byte + opening.end(), node.end_byte - len(closing)
    if not source.endswith(closing) or not start <= target.start <= target.end <= end:
        return LeftAlone(INLINE_CODE)
    return Literal(node, opening[0], closing, start, end)


def rewrite(target: Target, language: Language) -> Rewrite | LeftAlone:
    """The replacement of a literal, or of a part of it, by a read of the environment; parsed again to be sure."""
    tree = parse(language, target.text)
    literal = literal_at(target, language, tree)
    if isinstance(literal, LeftAlone):
        return literal
    for node in above(literal.node):
        if node.type in language.forbidden:
            return LeftAlone(language.forbidden[node.type])
        if node.is_error:
            return LeftAlone(UNPARSED.format(language=language.title))
    value = target.written if literal.opening in language.raw else unescaped(target.written)
    if value is None:
        return LeftAlone(ESCAPED)
    change = _changed(target, literal, language)
    if isinstance(change, LeftAlone):
        return change
    if errors(parse(language, spliced(target.text, change))) > errors(tree):
        return LeftAlone("no rewrite of this place parses: move the key by hand")
    return Rewrite(change, value, target.name)


def _changed(target: Target, literal: Literal, language: Language) -> Change:
    expression = language.read.format(name=target.name)
    change = language.replace(target, literal, expression) if language.replace else None
    if change is None and literal.is_only(target):
        change = (Splice(literal.node.start_byte, literal.node.end_byte, expression.encode()),)
    if change is None:
        change = _part(target, literal, expression, language)
    if isinstance(change, LeftAlone) or not language.declare:
        return change
    more = language.declare(target, literal, expression)
    return more if isinstance(more, LeftAlone) else (*change, *more)


def _part(target: Target, literal: Literal, expression: str, language: Language) -> Change:
    """A part of a literal: interpolated where the literal allows it, else the literal is cut and joined."""
    inside = language.inside.get(literal.opening)
    if inside is not None:
        return (Splice(target.start, target.end, inside.format(expression, name=target.name).encode()),)
    if len(literal.quote) > 1:
        return LeftAlone("it is part of a literal of several lines: move the key by hand")
    join = language.join.encode()
    parent = literal.node.parent
    bare = parent is not None and parent.type in language.bare
    head, tail = b"" if bare else b"(", b"" if bare else b")"
    splices = []
    if target.start > literal.start:
        before = literal.closing + join
        splices.append(Splice(literal.node.start_byte, literal.node.start_byte, head))
    else:
        before = head
    after = join + literal.opening if target.end < literal.end else b""
    first = target.start if target.start > literal.start else literal.node.start_byte
    last = target.end if after else literal.node.end_byte
    splices.append(Splice(first, last, before + expression.encode() + (after or tail)))
    if after:
        splices.append(Splice(literal.node.end_byte, literal.node.end_byte, tail))
    return tuple(splice for splice in splices if splice.new or splice.start < splice.end)


def field_of(node: Node, name: str) -> Node | None:
    """The child in a grammar's field."""
    return node.child_by_field_name(name)


def nearest(node: Node, *types: str) -> Node | None:
    """The innermost node of one of these types round `node`, itself included."""
    return next((one for one in above(node) if one.type in types), None)
