"""The proof that every match of an expression holds one of a rule's keywords: the keyword prefilter relies on it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyscan.ruleset.regex_syntax import parse_tree

if TYPE_CHECKING:
    from collections.abc import Iterable

# Characters of a class that are followed one by one.
_WIDEST_CLASS = 64

# Of all texts without a keyword that were matched so far, the longest end that a keyword begins with.
_Ends = frozenset[str]
_UNKNOWN: _Ends = frozenset({""})


def requires_one_of(pattern: str, words: Iterable[str]) -> bool:
    """Prove that every match of `pattern` contains one of `words`, case aside; false where that is not proven.

    Look-around is passed over. Raises ValueError for an expression that is not valid.
    """
    lower = tuple(word.lower() for word in words)
    if not lower or "" in lower:
        return bool(lower)
    return not _Prover(lower).after(parse_tree(pattern), _UNKNOWN)


class _Prover:
    """Follows the texts that an expression can match, those that hold a word left out.

    Forgetting the end of a text (for the empty one) makes a proof harder, never wrong.
    """

    def __init__(self, words: tuple[str, ...]) -> None:
        self._words = words
        self._beginnings = frozenset(word[:length] for word in words for length in range(len(word)))

    def after(self, items: Any, ends: _Ends) -> _Ends:
        """The ends of the texts of `ends` with a match of the sequence `items` behind them."""
        for op, argument in items:
            if not ends:
                break
            ends = self._after_one(str(op), argument, ends)
        return ends

    def _after_one(self, name: str, argument: Any, ends: _Ends) -> _Ends:
        if name in {"AT", "ASSERT", "ASSERT_NOT"}:
            return ends
        if name == "LITERAL":
            return self._typed(ends, {chr(argument).lower()})
        if name == "IN":
            characters = _characters(argument)
            return self._typed(ends, characters) if characters else _UNKNOWN
        if name == "SUBPATTERN":
            return self.after(argument[3], ends)
        if name == "ATOMIC_GROUP":
            return self.after(argument, ends)
        if name == "BRANCH":
            return frozenset().union(*(self.after(branch, ends) for branch in argument[1]))
        if name in {"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"}:
            return self._repeated(argument, ends)
        return _UNKNOWN

    def _repeated(self, argument: Any, ends: _Ends) -> _Ends:
        low, high, inner = int(argument[0]), int(argument[1]), argument[2]
        # Once nothing new comes of a round, nothing comes of more of them.
        for _ in range(low):
            before, ends = ends, self.after(inner, ends)
            if ends == before:
                break
        result = ends
        for _ in range(high - low):
            ends = self.after(inner, ends) - result
            if not ends:
                break
            result |= ends
        return result

    def _typed(self, ends: _Ends, characters: set[str]) -> _Ends:
        """`ends` with one of `characters` behind each, without those that now hold a word."""
        texts = (end + character for end in ends for character in characters)
        return frozenset(self._end_of(text) for text in texts if not text.endswith(self._words))

    def _end_of(self, text: str) -> str:
        while text not in self._beginnings:
            text = text[1:]
        return text


def _characters(options: Any) -> set[str] | None:
    """The characters of a class, folded to lower case; None when they are many, or all but some."""
    characters: set[str] = set()
    for op, value in options:
        name = str(op)
        if name == "LITERAL":
            characters.add(chr(value).lower())
        elif name == "RANGE":
            characters.update(chr(code).lower() for code in range(value[0], min(value[1], value[0] + 255) + 1))
        elif name == "CATEGORY" and str(value) == "CATEGORY_DIGIT":
            characters.update("0123456789")
        else:
            return None
    return characters if len(characters) <= _WIDEST_CLASS else None
