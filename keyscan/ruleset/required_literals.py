"""The literal text that every match of an expression must hold: what the first pass can look for."""

from __future__ import annotations

from itertools import product
from typing import Any

from keyscan.ruleset.regex_syntax import parse_tree

# Alternatives that are followed at once, and how long they may get.
_MOST = 32
_LONGEST = 40


def required(pattern: str) -> tuple[str, ...]:
    """Lower-case literals of which every match holds at least one, the longest that there are; empty when none."""
    best = _best(parse_tree(pattern))
    return tuple(sorted(best)) if best else ()


def _exact(items: Any) -> set[str] | None:
    """All texts that `items` can match, folded to lower case, if they are few."""
    texts = {""}
    for op, argument in items:
        more = _exact_one(str(op), argument)
        if more is None or len(texts) * len(more) > _MOST:
            return None
        texts = {one + other for one, other in product(texts, more)}
        if any(len(text) > _LONGEST for text in texts):
            return None
    return texts


def _exact_one(name: str, argument: Any) -> set[str] | None:
    if name == "LITERAL":
        return {chr(argument).lower()} if argument < 128 else None  # noqa: PLR2004 - one byte, one character
    if name == "IN":
        return _few(argument)
    if name == "AT":
        return {""}
    if name == "SUBPATTERN":
        return _exact(argument[3])
    if name == "BRANCH":
        branches = [_exact(branch) for branch in argument[1]]
        whole = [branch for branch in branches if branch is not None]
        return set().union(*whole) if len(whole) == len(branches) else None
    if name in {"MAX_REPEAT", "MIN_REPEAT"} and argument[0] == argument[1] and argument[0] <= _LONGEST:
        inner = _exact(argument[2])
        return _exact(list(argument[2]) * int(argument[0])) if inner else None
    return None


def _few(options: Any) -> set[str] | None:
    if not all(str(op) == "LITERAL" and value < 128 for op, value in options):  # noqa: PLR2004
        return None
    chars = {chr(value).lower() for _, value in options}
    return chars if len(chars) <= 4 else None  # noqa: PLR2004 - more make too many literals


def _best(items: Any) -> set[str] | None:
    """The best set of literals for a sequence: of a run of exact parts, or from inside of one part."""
    best: set[str] | None = None
    run: list[Any] = []
    for item in [*items, None]:
        if item is not None and _exact([*run, item]) is not None:
            run.append(item)
            continue
        best = _better(best, _exact(run))
        run = []
        if item is not None:
            if _exact([item]) is not None:
                run = [item]
            else:
                best = _better(best, _inside(str(item[0]), item[1]))
    return best


def _inside(name: str, argument: Any) -> set[str] | None:
    if name == "SUBPATTERN":
        return _best(argument[3])
    if name in {"MAX_REPEAT", "MIN_REPEAT"} and argument[0]:
        return _best(argument[2])
    if name == "BRANCH":
        branches = [_best(branch) for branch in argument[1]]
        whole = [branch for branch in branches if branch]
        return set().union(*whole) if len(whole) == len(branches) else None
    return None


def _better(one: set[str] | None, other: set[str] | None) -> set[str] | None:
    """The set whose shortest literal is longer."""
    if not other or "" in other or len(other) > _MOST * 4:
        return one
    if not one or min(map(len, other)) > min(map(len, one)):
        return other
    return one
