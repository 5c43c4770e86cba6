"""Shorter expressions for the prefilter, each a superset of the one that it stands for.

Hyperscan pays for each state of an expression wherever the expression may have begun. A literal in the middle of a
rule's expression, or its name and its value with anything between them, is found faster than all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyscan.engine.prefilter.truncate import atom, cut_items, shortest
from keyscan.ruleset.keyword_proof import requires_one_of
from keyscan.ruleset.regex_syntax import parse_tree

if TYPE_CHECKING:
    from keyscan.model.rule import Rule

# Bytes behind a literal that are looked at too.
_BEHIND = 4
# A middle whose expression is shorter than this costs little.
_LONG_MIDDLE = 1000
# A value of fewer bytes is everywhere: what stands in front of it has to be told exactly.
_LONG_VALUE = 12
_WIDEST_MIDDLE = 160
_NEWLINE = 10
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})


def from_literal(rule: Rule) -> tuple[str, int, int] | None:
    """The rule's expression from a keyword on that stands in every match at a known distance from its start.

    With the least and the most bytes from the start of a match to the end of a match of the result. None where no
    keyword stands in all matches in its place, or it may be anywhere.
    """
    items = _unwrapped(parse_tree(rule.pattern))
    for keyword in sorted(rule.keywords, key=len, reverse=True):
        for at in range(len(items)):
            run = items[at : at + len(keyword)]
            if "".join(_letter(item) for item in run).lower() != keyword:
                continue
            tail, _, _ = cut_items(items[at + len(keyword) :], None, _BEHIND)
            text = "".join(atom(str(op), argument) for op, argument in run) + shortest(parse_tree(tail))
            low, high = parse_tree(_text(items[:at]) + text).getwidth()
            return text, int(low), int(high)
    return None


def _unwrapped(items: Any) -> list[tuple[Any, Any]]:
    """`items` with groups that change no flags opened."""
    flat: list[tuple[Any, Any]] = []
    for op, argument in items:
        if str(op) == "SUBPATTERN" and not argument[1] and not argument[2]:
            flat.extend(_unwrapped(argument[3]))
        else:
            flat.append((op, argument))
    return flat


def _letter(item: tuple[Any, Any]) -> str:
    """The character of a literal of one byte; no keyword holds what stands for others."""
    op, argument = item
    return chr(argument) if str(op) == "LITERAL" and argument < 128 else "\n"  # noqa: PLR2004


def without_middle(rule: Rule) -> str | None:
    """The cut expression of a rule with any bytes of the same line between its name and the quote before its value.

    Its matches have the widths of the cut expression. None where that would not be shorter, or hit all over.
    """
    tree = parse_tree(rule.pattern)
    items, group = list(tree), tree.state.groupdict["secret"]
    value = next((at for at, item in enumerate(items) if _is_group(item, group)), 0)
    last = _last_byte(items[1:value])
    if not last or len(_text(items[1:value])) < _LONG_MIDDLE:
        return None
    tail = shortest(parse_tree(cut_items(items[value:], group, None)[0]))
    if parse_tree(tail).getwidth()[0] < _LONG_VALUE:
        return None
    # The proof takes longest, and is asked last.
    name = next((end for end in range(1, value) if requires_one_of(_text(items[:end]), rule.keywords)), value)
    middle = items[name:value]
    low, high = (int(width) for width in parse_tree(_text(middle)).getwidth())
    if len(_text(middle)) < _LONG_MIDDLE or high > _WIDEST_MIDDLE or _can_match_newline(middle):
        return None
    return f"{_text(items[:name])}[^\\n]{{{low - 1},{high - 1}}}{last}{tail}"


def _text(items: Any) -> str:
    return cut_items(items, None, None)[0]


def _is_group(item: tuple[Any, Any], group: int) -> bool:
    op, argument = item
    return str(op) == "SUBPATTERN" and argument[0] == group


def _last_byte(items: Any) -> str:
    """The class of the byte that every match of `items` ends with; empty where that is not one class."""
    for op, argument in reversed(items):
        name = str(op)
        if name in {"AT", "ASSERT", "ASSERT_NOT"}:
            continue
        if name in {"LITERAL", "NOT_LITERAL", "IN"}:
            return atom(name, argument)
        return _last_byte(list(argument[3])) if name == "SUBPATTERN" and not argument[1] and not argument[2] else ""
    return ""


def _can_match_newline(items: Any) -> bool:
    return any(_item_can_match_newline(str(op), argument) for op, argument in items)


def _item_can_match_newline(name: str, argument: Any) -> bool:
    if name in {"LITERAL", "NOT_LITERAL", "IN", "ANY"}:
        return _has_newline(name, argument)
    if name == "SUBPATTERN":
        return _can_match_newline(argument[3])
    if name == "BRANCH":
        return any(map(_can_match_newline, argument[1]))
    if name in _REPEATS:
        return _can_match_newline(argument[2])
    # What looks around matches nothing; of anything else nothing is known.
    return name not in {"AT", "ASSERT", "ASSERT_NOT"}


def _has_newline(name: str, argument: Any) -> bool:
    if name == "LITERAL":
        return bool(argument == _NEWLINE)
    if name == "NOT_LITERAL":
        return bool(argument != _NEWLINE)
    if name == "ANY":
        return False
    import re

    return bool(re.match(atom(name, argument).encode(), b"\n"))
