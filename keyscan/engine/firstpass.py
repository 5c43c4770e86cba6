"""The first pass: all rules at once over the bytes, to say where a rule might match.

A hit is (entry number, end offset); an entry says which rule, and how far before that end its match begins.
Every match contains a hit of its rule. Two engines give hits that differ but, confirmed, the same matches:

- `HyperscanPass`: one Hyperscan database. Each rule's expression is cut short, which keeps compiling fast and
  hits few, and stays a superset: any match begins with a match of the cut expression.
- `KeywordPass`: `bytes.find` of each keyword. No import, no compiling: it serves small inputs faster than
  Hyperscan can be imported (20 ms), and machines for which Hyperscan has no wheel.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from keyscan.patterns import JOIN_WIDTH, LEFT, word_literals, word_parts
from keyscan.ruleset import parse_tree

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.model import Rule

Hits = list[tuple[int, int]]

# How much of the secret's own text the first pass looks at, in bytes: enough to be rare, short enough to be cheap.
_DEPTH = 16
# A repeat that may run longer than this ends the expression: Hyperscan would unroll it.
_LONGEST_REPEAT = 64


@dataclass(frozen=True, slots=True)
class Entry:
    """One expression or keyword of the first pass, for the rule with this number.

    A match of the rule begins from `low` to `high` bytes before the hit's end; `high` -1 means that only the
    rule's `max_length` bounds it.
    """

    text: str
    rule: int
    low: int
    high: int


class FirstPass(Protocol):
    """Something that says where rules might match."""

    @property
    def entries(self) -> Sequence[Entry]:
        """The expressions or keywords; hits give their numbers."""
        ...

    def hits(self, data: bytes) -> Hits:
        """All (entry number, end offset) of possible matches in `data`."""
        ...


class KeywordPass:
    """The first pass without Hyperscan: where any keyword of a rule stands, compared without case."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        entries: list[Entry] = []
        owners: dict[tuple[bytes, ...], list[int]] = {}
        for number, rule in enumerate(rules):
            for word in rule.keywords:
                named = bool(rule.value) and word in rule.context
                owners.setdefault(_parts(word, named=named), []).append(len(entries))
                entries.append(_keyword_entry(rule, number, word, named=named))
        self.entries: Sequence[Entry] = entries
        self._owners = owners

    def hits(self, data: bytes) -> Hits:
        """Hits at the end of each keyword."""
        lower = data.lower()
        found: Hits = []
        for (word, *rest), numbers in self._owners.items():
            at = lower.find(word)
            while at >= 0:
                end = _joined(lower, at + len(word), rest)
                if end >= 0:
                    found.extend((number, end) for number in numbers)
                at = lower.find(word, at + 1)
        return found


def _parts(word: str, *, named: bool) -> tuple[bytes, ...]:
    return tuple(part.encode() for part in (word_parts(word) if named else [word]))


def _keyword_entry(rule: Rule, number: int, word: str, *, named: bool) -> Entry:
    """The entry of a keyword: where the match must begin with it, so near that few starts have to be tried."""
    if named:
        _text, low, high = word_literals(word)
        return Entry(word, number, low, high)
    exact = rule.pattern.startswith(LEFT) and rule.prefix.lower().startswith(word)
    return Entry(word, number, len(word), len(word) if exact else -1)


def _joined(lower: bytes, end: int, rest: Sequence[bytes]) -> int:
    """Where the last of the parts `rest` ends that follow `end`, each near the one before; -1 without them."""
    for part in rest:
        at = lower.find(part, end, end + JOIN_WIDTH + len(part))
        if at < 0:
            return -1
        end = at + len(part)
    return end


class HyperscanPass:
    """The first pass with Hyperscan, from a compiled database or from the entries' expressions."""

    def __init__(self, entries: Sequence[Entry], dumped: bytes | None = None) -> None:
        """Load `dumped`, or compile the entries.

        Raises ImportError where Hyperscan is not installed, and its own error for bytes that do not fit.
        """
        import hyperscan

        self.entries = entries
        if dumped is not None:
            self._database = hyperscan.loadb(dumped, mode=hyperscan.HS_MODE_BLOCK)
            self._database.scratch = hyperscan.Scratch(self._database)
            return
        self._database = hyperscan.Database(mode=hyperscan.HS_MODE_BLOCK)
        count = len(entries)
        self._database.compile(
            expressions=[entry.text.encode() for entry in entries],
            ids=list(range(count)),
            elements=count,
            flags=[hyperscan.HS_FLAG_PREFILTER] * count,
        )

    def dump(self) -> bytes:
        """The compiled database, for `dumped` of a process on the same kind of CPU."""
        import hyperscan

        dumped: bytes = hyperscan.dumpb(self._database)
        return dumped

    def hits(self, data: bytes) -> Hits:
        """Hits at each end of each entry's expression."""
        found: Hits = []
        append = found.append

        def on_match(number: int, _start: int, end: int, _flags: int, _context: Any) -> None:
            append((number, end))

        if data:
            self._database.scan(data, match_event_handler=on_match)
        return found


def entries_of(rules: Sequence[Rule]) -> list[Entry]:
    """The Hyperscan entries of `rules`: a name each for rules that need one, else one cut expression."""
    entries: list[Entry] = []
    for number, rule in enumerate(rules):
        if rule.value and rule.context:
            entries.extend(Entry(text, number, low, high) for text, low, high in map(word_literals, rule.context))
            continue
        if rule.value and not rule.prefix:
            # No literal to start from (`{52}JQQJ99...`): cut short it would hit all over; its marker is rarer.
            entries.extend(Entry(f"(?i:{re.escape(word)})", number, len(word), -1) for word in rule.keywords)
            continue
        text = expression(rule)
        low, high = parse_tree(text).getwidth()
        entries.append(Entry(text, number, low, high if high <= _DEPTH * 8 else -1))
    return entries


def expression(rule: Rule) -> str:
    """The pattern cut to its start: a superset of it, with no look-around."""
    tree = parse_tree(rule.pattern)
    text, _done, _left = _cut_items(tree, tree.state.groupdict["secret"], None)
    return text


def _cut_items(items: Any, group: int | None, left: int | None) -> tuple[str, bool, int | None]:
    """`items` as text, ended once `left` bytes of the secret are covered; `left` None: not inside it yet.

    Returns the text, whether it was ended early (so that nothing may follow), and what is left.
    """
    out = ""
    for op, argument in items:
        text, done, left = _cut_item(str(op), argument, group, left)
        out += text
        if done or (left is not None and left <= 0):
            return out, True, left
    return out, False, left


def _cut_item(name: str, argument: Any, group: int | None, left: int | None) -> tuple[str, bool, int | None]:
    if name in {"LITERAL", "NOT_LITERAL", "ANY", "IN"}:
        return _atom(name, argument), False, None if left is None else left - 1
    if name in {"AT", "ASSERT", "ASSERT_NOT"}:
        return "", False, left
    if name == "SUBPATTERN":
        number, add, remove, inner = argument
        text, done, left = _cut_items(inner, group, _DEPTH if number is not None and number == group else left)
        return f"(?{_flags(add)}{'-' + _flags(remove) if remove else ''}:{text})", done, left
    if name == "ATOMIC_GROUP":
        text, done, left = _cut_items(argument, group, left)
        return f"(?:{text})", done, left
    if name == "BRANCH":
        return _cut_branch(argument[1], group, left)
    if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
        return _cut_repeat(argument, group, left)
    return "", True, left  # a back-reference or the like: what stands before it is still a superset


def _cut_branch(branches: Any, group: int | None, left: int | None) -> tuple[str, bool, int | None]:
    cuts = [_cut_items(branch, group, left) for branch in branches]
    rests = [rest for _, _, rest in cuts if rest is not None]
    return (
        f"(?:{'|'.join(cut[0] for cut in cuts)})",
        any(cut[1] for cut in cuts),
        max(rests) if rests else left,
    )


def _cut_repeat(argument: Any, group: int | None, left: int | None) -> tuple[str, bool, int | None]:
    low, high, inner = argument
    low, high = int(low), int(high)
    text, done, rest = _cut_items(inner, group, None if left is None else 10_000)
    width = max(1, inner.getwidth()[0])
    if left is not None:
        need = -(-left // width)
        if low >= need:
            return f"(?:{text}){{{need}}}", True, 0
        left -= low * width
    elif rest is not None:
        left = rest
    if done or high > _LONGEST_REPEAT:
        return (f"(?:{text}){{{low}}}" if low else ""), True, left
    return f"(?:{text}){{{low},{high}}}", False, left


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


def _atom(name: str, argument: Any) -> str:
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
