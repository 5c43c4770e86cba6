"""Cutting a rule's expression short for the prefilter: a superset that compiles fast and hits rarely.

Any match of the whole begins with a match of the cut one, so nothing is lost.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from keyscan.ruleset.keyword_proof import requires_one_of
from keyscan.ruleset.regex_syntax import parse_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.model.rule import Rule

_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})
# Groups of more words than this are left out in front of a keyword.
_MANY_WORDS = 16
# How much of the secret's own text the prefilter looks at, in bytes: enough to be rare, short enough to be cheap.
DEPTH = 16
# A repeat that may run longer than this ends the expression: Hyperscan would unroll it. Before the secret more is
# worth it: ended there, `https?://` alone would be hit at every address.
_LONGEST_REPEAT = 64
_LONGEST_BEFORE = 256
# A start that is wider, in bytes, ends too: that much of a version is looked at around every change, whatever it holds.
# Habits in code are looked for in no history; and what may be logged is better told by its whole expression.
_WIDEST_START = 180
# Nor may all rounds of it be wider, in bytes: what is carried from version to version ends this far from a change.
_WIDEST_REPEAT = 400


def expressions(rule: Rule) -> tuple[str, str]:
    """The pattern cut to its start, a superset of it with no look-around; and what must follow behind that.

    The second is empty unless the first ends before the secret: then a match of it begins where one of the first
    ends, or later. Where a pattern begins with what may be nothing and is wide, the first may match nothing.
    """
    tree = parse_tree(rule.pattern)
    group = tree.state.groupdict["secret"]
    items = list(tree)
    widest = sys.maxsize if rule.category == "practice" else _WIDEST_START
    text, room = "", None
    for number, item in enumerate(items):
        before = room
        one, done, room = cut_items([item], group, room)
        if before is None and _width(text + one) > widest:
            short = shortest(parse_tree(one))
            fits = _width(text + short) <= widest
            return (text + short if fits else text), _last_part(items[number + fits :], group)
        text += one
        if done or (room is not None and room <= 0):
            return shortest(parse_tree(text)), "" if room is not None else _last_part(items[number + 1 :], group)
    # What the pattern looks for behind its end is part of the hit, unless that may be nothing.
    name, argument = items[-1]
    if str(name) == "ASSERT" and argument[0] > 0 and argument[1].getwidth()[0]:
        return text + cut_items(argument[1], group, None)[0], ""
    return shortest(parse_tree(text)), ""


def _last_part(items: Any, group: int) -> str:
    """The cut expression of `items` from behind the last one before the secret that ends it."""
    text, room = "", None
    for item in items:
        one, done, room = cut_items([item], group, room)
        text = "" if done and room is None else text + one
        if done and room is not None:
            break
    # What may be nothing is everywhere.
    return text if parse_tree(text).getwidth()[0] else ""


def _width(text: str) -> int:
    return int(parse_tree(text).getwidth()[1])


def shortest(tree: Any) -> str:
    """`tree` as text without the longer rounds of its last repeats: a match of it begins at the same places."""
    items = list(tree)
    while items:
        op, argument = items.pop()
        name, last = str(op), ""
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            low, _, inner = argument
            last = f"(?:{cut_items(inner, None, None)[0]}){{{low}}}" if low else ""
        elif name == "SUBPATTERN":
            inner = shortest(argument[3])
            last = f"(?{_flags(argument[1])}:{inner})" if inner else ""
        elif name == "BRANCH":
            branches = [shortest(branch) for branch in argument[1]]
            last = f"(?:{'|'.join(branches)})" if all(branches) else ""
        else:
            last = _cut_item(name, argument, None, None)[0]
        if last:
            return cut_items(items, None, None)[0] + last
    return ""


def without_words(text: str, keywords: Sequence[str]) -> str:
    """`text`, an expression without look-around, without groups of many words that it begins with: `def`, `set`, `ENV`.

    A match of `text` ends where one of the result ends. Hyperscan follows each of those words wherever it stands in a
    program, which took an eighth of its time; a keyword, which must stand in what is left, is rarer.
    """
    tree = parse_tree(text)
    remaining = _without_words(tree, keywords)
    return remaining if _alternatives(parse_tree(remaining)) < _alternatives(tree) else text


def _without_words(tree: Any, keywords: Sequence[str]) -> str:
    items = list(tree)
    if not items:
        return ""
    name, argument = str(items[0][0]), items[0][1]
    rest = cut_items(items[1:], None, None)[0]
    if name in _REPEATS and not argument[0] and len(items) > 1:
        return _without_words(items[1:], keywords)
    if rest and _alternatives(items[:1]) > _MANY_WORDS and requires_one_of(rest, keywords):
        return _without_words(items[1:], keywords)
    if name == "SUBPATTERN":
        add, remove, inner = argument[1:]
        return f"(?{_flags(add)}{'-' + _flags(remove) if remove else ''}:{_without_words(inner, keywords)}){rest}"
    if name == "BRANCH":
        return f"(?:{'|'.join(_without_words(branch, keywords) for branch in argument[1])}){rest}"
    return cut_items(items, None, None)[0]


def _alternatives(items: Any) -> int:
    """How many alternatives stand in `items`, those inside of one another added up."""
    count = 0
    for op, argument in items:
        if str(op) == "BRANCH":
            count += sum(max(1, _alternatives(branch)) for branch in argument[1])
        elif str(op) == "SUBPATTERN":
            count += _alternatives(argument[3])
    return count


def cut_items(items: Any, group: int | None, room: int | None) -> tuple[str, bool, int | None]:
    """`items` as text, ended once `room` bytes of the secret are covered; `room` None: not inside it yet.

    Returns the text, whether it was ended early (so that nothing may follow), and what is left.
    """
    out = ""
    for op, argument in items:
        text, done, room = _cut_item(str(op), argument, group, room)
        out += text
        if done or (room is not None and room <= 0):
            return out, True, room
    return out, False, room


def _cut_item(name: str, argument: Any, group: int | None, room: int | None) -> tuple[str, bool, int | None]:
    if name in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
        return atom(name, argument), False, None if room is None else room - 1
    if name in {"AT", "ASSERT", "ASSERT_NOT"}:
        return "", False, room
    if name == "SUBPATTERN":
        number, add, remove, inner = argument
        text, done, room = cut_items(inner, group, DEPTH if number is not None and number == group else room)
        return f"(?{_flags(add)}{'-' + _flags(remove) if remove else ''}:{text})", done, room
    if name == "ATOMIC_GROUP":
        text, done, room = cut_items(argument, group, room)
        return f"(?:{text})", done, room
    if name == "BRANCH":
        return _cut_branch(argument[1], group, room)
    if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        return _cut_repeat(argument, group, room)
    return "", True, room  # a back-reference or the like: what stands before it is still a superset


def _cut_branch(branches: Any, group: int | None, room: int | None) -> tuple[str, bool, int | None]:
    cuts = [cut_items(branch, group, room) for branch in branches]
    rests = [rest for _, _, rest in cuts if rest is not None]
    return (
        f"(?:{'|'.join(cut[0] for cut in cuts)})",
        any(cut[1] for cut in cuts),
        max(rests) if rests else room,
    )


def _cut_repeat(argument: Any, group: int | None, room: int | None) -> tuple[str, bool, int | None]:
    low, high, inner = argument
    low, high = int(low), int(high)
    text, done, rest = cut_items(inner, group, None if room is None else 10_000)
    width = max(1, inner.getwidth()[0])
    if room is not None:
        need = -(-room // width)
        if low >= need:
            return f"(?:{text}){{{need}}}", True, 0
        room -= low * width
    elif rest is not None:
        room = rest
    widest = high * int(inner.getwidth()[1])
    if done or high > (_LONGEST_BEFORE if room is None else _LONGEST_REPEAT) or widest > _WIDEST_REPEAT:
        return (f"(?:{text}){{{low}}}" if low else ""), True, room
    return f"(?:{text}){{{low},{high}}}", False, room


def _flags(bits: int) -> str:
    return ("i" if bits & 2 else "") + ("m" if bits & 8 else "") + ("s" if bits & 16 else "")


def _byte(code: int) -> str:
    return rf"\x{code:02x}"


_CLASSES = {
    "CATEGORY_DIGIT": "0-9",
    "CATEGORY_WORD": "A-Za-z0-9_",
    "CATEGORY_SPACE": r"\t\n\x0b\x0c\r\x20",
}
_NOT_CLASSES = {"CATEGORY_NOT_DIGIT": r"\D", "CATEGORY_NOT_WORD": r"\W", "CATEGORY_NOT_SPACE": r"\S"}


def atom(name: str, argument: Any) -> str:
    """A part of a syntax tree that matches one byte, as text."""
    if name == "LITERAL":
        return _byte(argument)
    if name == "NOT_LITERAL":
        return f"[^{_byte(argument)}]"
    if name == "ANY":
        return "."
    parts = ""
    for op, value in argument:
        kind = str(op)
        if kind == "NEGATE":
            parts += "^"
        elif kind == "LITERAL":
            parts += _byte(value)
        elif kind == "RANGE":
            parts += f"{_byte(value[0])}-{_byte(value[1])}"
        else:
            key = str(value)
            parts += _CLASSES.get(key) or _NOT_CLASSES[key]
    return f"[{parts}]"
