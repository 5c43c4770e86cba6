"""The syntax tree of an expression: groups, widths and literal prefix."""

from __future__ import annotations

import re
from typing import Any

# A rule's `max_length` may not exceed this: one whose context is more than its value is bounded by names and glue.
MAX_MAX_LENGTH = 32_768


def parse_tree(pattern: str) -> Any:
    """The syntax tree of `pattern` as the standard library reads it; ValueError when it is not valid."""
    from re import _parser  # type: ignore[attr-defined]

    try:
        return _parser.parse(pattern.encode("utf-8"))
    except (re.error, OverflowError, RecursionError) as error:
        raise ValueError(str(error)) from error


def literal_prefix(pattern: str) -> str:
    """The fixed text with which the secret of an expression begins."""
    return prefix_of_secret(parse_tree(pattern))


def prefix_of_secret(tree: Any) -> str:
    """The fixed text with which group `secret` of a syntax tree begins."""
    text = ""
    for op, argument in _unwrapped(_find_group(tree, tree.state.groupdict["secret"])):
        if str(op) != "LITERAL" or argument > 127:  # noqa: PLR2004 - one byte, one character
            break
        text += chr(argument)
    return text


def _unwrapped(items: Any) -> list[tuple[Any, Any]]:
    """`items` with groups at their start opened, so that a literal at the start of a group counts."""
    flat: list[tuple[Any, Any]] = []
    for op, argument in items:
        if str(op) == "SUBPATTERN":
            flat.extend(_unwrapped(argument[3]))
        elif str(op) not in {"AT", "ASSERT", "ASSERT_NOT"}:
            flat.append((op, argument))
    return flat


def _find_group(items: Any, number: int) -> Any:
    """The inside of capture group `number` in a syntax tree."""
    for op, argument in items:
        name = str(op)
        if name == "SUBPATTERN":
            if argument[0] == number:
                return argument[3]
            children = [argument[3]]
        elif name == "BRANCH":
            children = argument[1]
        elif name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            children = [argument[2]]
        elif name == "ATOMIC_GROUP":
            children = [argument]
        else:
            continue
        for child in children:
            group = _find_group(child, number)
            if group is not None:
                return group
    return None
