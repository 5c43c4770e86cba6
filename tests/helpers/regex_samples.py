"""Random texts that an expression may match, made from its syntax tree; look-around is left to the caller's check."""

from __future__ import annotations

import re
from random import Random
from typing import Any

from keyscan.ruleset.regex_syntax import parse_tree

# Rounds of a repeat beyond its least number.
_MOST = 6
_ANY = bytes(range(0x20, 0x7F))


def sample(pattern: str, random: Random) -> bytes:
    """One text: branches, rounds and characters drawn evenly, letters of either case where case does not count."""
    tree = parse_tree(pattern)
    return b"".join(_items(tree, tree.state.flags, random, {}))


def _items(items: Any, flags: int, random: Random, groups: dict[int, bytes]) -> list[bytes]:
    return [_item(str(op), argument, flags, random, groups) for op, argument in items]


def _item(name: str, argument: Any, flags: int, random: Random, groups: dict[int, bytes]) -> bytes:
    if name == "LITERAL":
        return _cased(bytes([argument]), flags, random)
    if name == "NOT_LITERAL":
        return bytes([random.choice([code for code in _ANY if code != argument])])
    if name == "ANY":
        return bytes([random.choice(_ANY)])
    if name == "IN":
        return _cased(bytes([random.choice(_class(argument))]), flags, random)
    if name == "SUBPATTERN":
        number, add, remove, inner = argument
        text = b"".join(_items(inner, (flags | add) & ~remove, random, groups))
        groups[number] = text
        return text
    if name == "BRANCH":
        return b"".join(_items(random.choice(argument[1]), flags, random, groups))
    if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        low, high, inner = argument
        rounds = random.choice([low, min(int(high), low + 1), random.randint(low, min(int(high), low + _MOST))])
        return b"".join(b"".join(_items(inner, flags, random, groups)) for _ in range(rounds))
    if name == "ATOMIC_GROUP":
        return b"".join(_items(argument, flags, random, groups))
    if name == "GROUPREF":
        return groups.get(argument, b"")
    return b""


def _cased(char: bytes, flags: int, random: Random) -> bytes:
    return random.choice([char.lower(), char.upper()]) if flags & re.IGNORECASE else char


def _class(argument: Any) -> list[int]:
    """The bytes of a character class, those that can be typed if it has some."""
    codes: set[int] = set()
    negated = False
    for op, value in argument:
        name = str(op)
        if name == "NEGATE":
            negated = True
        elif name == "LITERAL":
            codes.add(value)
        elif name == "RANGE":
            codes.update(range(value[0], value[1] + 1))
        elif name == "CATEGORY":
            letter = {"DIGIT": "d", "NOT_DIGIT": "D", "SPACE": "s", "NOT_SPACE": "S", "WORD": "w", "NOT_WORD": "W"}[
                str(value).removeprefix("CATEGORY_")
            ]
            codes.update(code for code in range(256) if re.match(rb"\%s" % letter.encode(), bytes([code])))
    if negated:
        codes = set(range(256)) - codes
    return sorted(codes & {*_ANY, 9, 10, 13}) or sorted(codes)
