"""Python: `os.environ["X"]`, an f-string for a part, the import added where it belongs."""

from __future__ import annotations

import ast
import re
from typing import Any

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
)
from keyscan.remediation.rewrite.python_syntax import Source, environment_reader, parsed

_STRING = re.compile(rb"([A-Za-z]{0,2})(\"\"\"|'''|\"|')")
_UNPARSED = LeftAlone(UNPARSED.format(language="Python"))


def rewrite(target: Target) -> Rewrite | LeftAlone:
    """The replacement of a secret in Python source."""
    source = parsed(target.text)
    # Byte ranges count in UTF-8, so another declared encoding would shift them.
    if source is None or source.module.encoding.lower() not in {"utf-8", "ascii"}:
        return _UNPARSED
    import libcst

    node = _smallest(source, target)
    if node is None:
        return LeftAlone(COMMENT if _in_comment(target) else INLINE_CODE)
    reason = _refusal(source, node)
    if reason:
        return LeftAlone(reason)
    read = environment_reader(source)
    expression = f'{read.name}["{target.name}"]'
    if isinstance(node, libcst.SimpleString):
        rewritten = _string(target, source, node, expression)
    else:
        rewritten = _text(target, source, node, expression)
    if isinstance(rewritten, LeftAlone):
        return rewritten
    change, value = rewritten
    splices = (*change, *read.splices(target.text, source))
    if parsed(spliced(target.text, splices)) is None:
        return LeftAlone("no rewrite of this place parses: move the key by hand")
    return Rewrite(splices, value, target.name)


def _smallest(source: Source, target: Target) -> Any:
    """The literal, or the text of an f-string, that the target is in."""
    import libcst

    smallest, size = None, len(target.text) + 1
    for node in source.spans:
        if isinstance(node, libcst.SimpleString | libcst.FormattedStringText):
            start, end = source.span(node)
            if start <= target.start and target.end <= end and end - start < size:
                smallest, size = node, end - start
    return smallest


def _in_comment(target: Target) -> bool:
    line = target.text[target.text.rfind(b"\n", 0, target.start) + 1 : target.start]
    return b"#" in line


def _refusal(source: Source, node: Any) -> str:
    """Why no expression may stand here; empty when one may."""
    import libcst

    below = node
    for one in source.above(node):
        if isinstance(one, libcst.Expr) and isinstance(one.value, _strings()):
            return "it is in a docstring or a statement of its own: delete it there"
        if isinstance(one, libcst.Annotation):
            return "it is in an annotation: replace it by str"
        if isinstance(one, libcst.MatchPattern):
            return "it is a pattern of a match statement: compare with == instead"
        if isinstance(one, libcst.FormattedStringExpression) and below in (one.format_spec or ()):
            return "it is in a format specification: move the key by hand"
        if isinstance(one, libcst.Subscript) and _is_type(one.value):
            return "it is in a type: replace it by str"
        if isinstance(one, libcst.BaseSmallStatement | libcst.BaseCompoundStatement):
            return ""
        below = one
    return ""


def _strings() -> tuple[type, ...]:
    import libcst

    return (libcst.SimpleString, libcst.ConcatenatedString, libcst.FormattedString)


def _is_type(value: Any) -> bool:
    import libcst

    name = value.attr if isinstance(value, libcst.Attribute) else value
    return isinstance(name, libcst.Name) and name.value == "Literal"


Replacement = tuple[tuple[Splice, ...], bytes]
Change = tuple[Splice, ...] | LeftAlone


def _string(target: Target, source: Source, node: Any, expression: str) -> Replacement | LeftAlone:
    """A plain literal: replaced whole, or made an f-string."""
    import libcst

    start, end = source.span(node)
    opening = _STRING.match(target.text, start, end)
    if opening is None:
        return LeftAlone(INLINE_CODE)
    prefix, quote = opening[1].lower(), opening[2]
    inner, outer = opening.end(), end - len(quote)
    value = _value(prefix, quote, target.written)
    if value is None or not inner <= target.start <= target.end <= outer:
        return LeftAlone(ESCAPED)
    if b"b" in prefix:
        expression += ".encode()"
    side_by_side = isinstance(source.parents.get(node), libcst.ConcatenatedString)
    if (inner, outer) == (target.start, target.end) and not side_by_side:
        return (Splice(start, end, expression.encode()),), value
    if b"b" in prefix:
        if side_by_side:
            return LeftAlone("it is one of several byte strings side by side: join them with + first")
        return _cut(target, (start, end), opening[0], expression), value
    interpolated = _interpolated(target, (opening[0], inner, outer), expression)
    if isinstance(interpolated, LeftAlone):
        return interpolated
    if _is_template(source, node) and re.search(rb"[%{}]", value):
        return LeftAlone("the string is formatted afterwards, and the key holds format characters: move it by hand")
    return interpolated, value


def _interpolated(target: Target, literal: tuple[bytes, int, int], expression: str) -> Change:
    """The literal (opening, start and end of its content) as an f-string."""
    opening, inner, outer = literal
    prefix, quote = opening.rstrip(b"\"'").lower(), opening.lstrip(b"rRuUbBfF")
    if quote == b'"':
        expression = expression.replace('"', "'")
    if b"\\N{" in target.text[inner:outer]:
        return LeftAlone(ESCAPED)
    splices = [
        Splice(inner - len(opening), inner, (b"rf" if b"r" in prefix else b"f") + quote),
        Splice(target.start, target.end, b"{" + expression.encode() + b"}"),
    ]
    for at, to in ((inner, target.start), (target.end, outer)):
        braces = re.finditer(rb"[{}]", target.text[at:to])
        splices.extend(Splice(at + match.start(), at + match.end(), match[0] * 2) for match in braces)
    return tuple(splices)


def _is_template(source: Source, node: Any) -> bool:
    """Whether `%` or `.format` is applied to the string."""
    import libcst

    for one in source.above(node):
        if isinstance(one, libcst.BinaryOperation) and isinstance(one.operator, libcst.Modulo):
            return True
        if isinstance(one, libcst.Attribute) and one.attr.value in {"format", "format_map"}:
            return True
        if isinstance(one, libcst.BaseSmallStatement):
            break
    return False


def _cut(target: Target, span: tuple[int, int], opening: bytes, expression: str) -> tuple[Splice, ...]:
    """A byte string cut at the secret and joined with `+`."""
    quote = opening.lstrip(b"bBrRuU")
    head = b"" if span[0] + len(opening) == target.start else target.text[span[0] : target.start] + quote + b" + "
    tail = b"" if span[1] - len(quote) == target.end else b" + " + opening + target.text[target.end : span[1]]
    return (Splice(*span, b"(" + head + expression.encode() + tail + b")"),)


def _text(target: Target, source: Source, node: Any, expression: str) -> Replacement | LeftAlone:
    """The text of an f-string: an expression in braces, in the other kind of quote."""
    whole = source.parents[node]
    start = source.span(whole)[0]
    opening = re.compile(rb"[A-Za-z]{1,2}(\"\"\"|'''|\"|')").match(target.text, start)
    value = _value(b"r" if b"r" in whole.start.lower().encode() else b"", b'"', target.written)
    if opening is None or value is None or re.search(rb"[{}]", target.written):
        return LeftAlone(ESCAPED)
    outer = [one for one in source.above(whole) if type(one).__name__ in {"FormattedString", "TemplatedString"}]
    if outer:
        return LeftAlone("it is in a nested f-string: move the key by hand")
    if opening[1] == b'"':
        expression = expression.replace('"', "'")
    return (Splice(target.start, target.end, b"{" + expression.encode() + b"}"),), value


def _value(prefix: bytes, quote: bytes, written: bytes) -> bytes | None:
    """What the written text means in a literal of that kind; None when it can't be told."""
    if b"\\" not in written or b"r" in prefix:
        return written
    kind = "b" if b"b" in prefix else ""
    triple = quote[:1].decode() * 3
    try:
        value = ast.literal_eval(f"{kind}{triple}{written.decode()}{triple}")
    except (ValueError, SyntaxError, UnicodeError):
        return None
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")
