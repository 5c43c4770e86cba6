"""Go's regular expressions (RE2) -> the syntax that `re`, `regex` and our first pass share, with every repeat bounded.

Sources: the syntax page of Go's package regexp/syntax, and Python's of `re`. Text is UTF-8 bytes on our side.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from itertools import groupby
from typing import TYPE_CHECKING, Any

from keyscan.ruleset.regex_syntax import MAX_MAX_LENGTH, parse_tree

if TYPE_CHECKING:
    from collections.abc import Callable

# What an open-ended repeat is cut to: the first of these with which the whole stays within bounds.
_BOUNDS = (4096, 1024, 512, 256, 128, 64, 32, 16)
# Go's own limit for a counted repeat.
_LARGEST_REPEAT = 1000
_LONGEST = 20_000
_DEEPEST = 100
_POSIX = {
    "alnum": "0-9A-Za-z", "alpha": "A-Za-z", "ascii": r"\x00-\x7f", "blank": r"\t ", "cntrl": r"\x00-\x1f\x7f",
    "digit": "0-9", "graph": "!-~", "lower": "a-z", "print": " -~", "punct": r"!-/:-@\[-`{-~",
    "space": r"\t\n\v\f\r ", "upper": "A-Z", "word": "0-9A-Za-z_", "xdigit": "0-9A-Fa-f",
    "^alnum": r"\x00-/:-@\[-`{-\xff", "^alpha": r"\x00-@\[-`{-\xff", "^ascii": r"\x80-\xff", "^digit": r"\D",
    "^lower": r"\x00-`{-\xff", "^space": r"\S", "^upper": r"\x00-@\[-\xff", "^word": r"\W",
    "^xdigit": r"\x00-/:-@G-`g-\xff", "^punct": r"\x00- 0-9A-Za-z\x7f-\xff", "^print": r"\x00-\x1f\x7f-\xff",
    "^blank": r"\x00-\x08\n-\x1f!-\xff", "^cntrl": r" -~\x80-\xff", "^graph": r"\x00- \x7f-\xff",
}  # fmt: skip
# Letters and digits of all scripts, in UTF-8: every byte beyond ASCII may be part of one.
_UNICODE = {
    "L": r"A-Za-z\x80-\xff", "Lu": r"A-Z\x80-\xff", "Ll": r"a-z\x80-\xff", "N": r"0-9\x80-\xff", "Nd": r"0-9\x80-\xff",
    "Latin": r"A-Za-z\x80-\xff", "P": r"!-#%-*,-/:;?@\[-\]_{}", "Z": " ", "Zs": " ",
}  # fmt: skip
_FLAGS = re.compile(r"\(\?([imsU]*)(?:-([imsU]+))?([:)])")
_NAMED = re.compile(r"\(\?P?<(\w+)>")
_REPEAT = re.compile(r"\{(\d+)(,?)(\d*)\}")
_CODE = re.compile(r"x\{([0-9A-Fa-f]{1,6})\}|x([0-9A-Fa-f]{2})|([0-7]{3})")
_PROPERTY = re.compile(r"([pP])(?:\{(\^?)(\w+)\}|(\w))")
_IN_CLASS = re.compile(r"\[:(\^?[a-z]+):\]")
_SIMPLE_ESCAPES = "dDwWsSbBafnrtv"
_SPECIAL = frozenset(r"\.+*?()|[]{}^$#&-~")


class Untranslatable(ValueError):  # noqa: N818 - a report on the input
    """The expression is not valid Go, or says what can't be said here."""


@dataclass(frozen=True, slots=True)
class Translated:
    """An expression of ours with a group `secret`, the most bytes that it matches, and what changed its meaning."""

    pattern: str
    max_length: int
    notes: tuple[str, ...] = ()


def translate(source: str, secret_group: int = 0) -> Translated:
    """Go's expression `source` as ours; the secret is its group `secret_group`, else its first, else all of it.

    Raises Untranslatable.
    """
    if len(source) > _LONGEST:
        raise Untranslatable(f"it is longer than {_LONGEST} characters")
    for bound in _BOUNDS:
        parser = _Parser(source, secret_group, bound)
        text, notes = _with_secret(parser.whole(), parser.secret_group)
        low, high = _tree(text).getwidth()
        if not low:
            raise Untranslatable("it matches the empty string")
        if high <= MAX_MAX_LENGTH:
            cut = (f"unbounded repeats are limited to {bound}",) if parser.open_ended else ()
            return Translated(text, int(high), tuple(dict.fromkeys((*parser.notes, *notes, *cut))))
    raise Untranslatable("its nested repeats are too large")


def search_pattern(source: str) -> str:
    """Go's expression as one of ours to search with, without a secret; raises Untranslatable."""
    text = _Parser(source, -1, _BOUNDS[0]).whole()
    _tree(text)
    return text


def _tree(text: str) -> Any:
    try:
        return parse_tree(text)
    except ValueError as error:
        raise Untranslatable(str(error)) from error


def _with_secret(text: str, secret_group: int) -> tuple[str, list[str]]:
    """The expression with a capture `secret`, which is all of it if it has none; and remarks on differences."""
    tree = _tree(text)
    number = tree.state.groupdict.get("secret")
    if number is None:
        if secret_group:
            raise Untranslatable(f"it has no group {secret_group}")
        return f"(?P<secret>{text})", []
    if not _always(tree, number):
        note = "its group may stay empty, so the whole match is taken as the secret"
        return f"(?P<secret>{text.replace('(?P<secret>', '(?:')})", [note]
    return text, []


def _always(items: Any, group: int) -> bool:
    """Whether capture `group` takes part in every match."""
    for op, argument in items:
        name = str(op)
        if name == "SUBPATTERN" and (argument[0] == group or _always(argument[3], group)):
            return True
        if name in {"MAX_REPEAT", "MIN_REPEAT"} and argument[0] and _always(argument[2], group):
            return True
    return False


@dataclass
class _Parser:
    """Walks Go's syntax once and writes ours, each part with the flags that are in force there."""

    source: str
    secret_group: int
    bound: int
    at: int = 0
    depth: int = 0
    groups: int = 0
    open_ended: bool = False
    notes: list[str] = field(default_factory=list)

    def whole(self) -> str:
        """The whole expression."""
        text = self._alternatives("")
        if self.at < len(self.source):
            raise Untranslatable("unbalanced parenthesis: ) without (")
        return text

    def _peek(self) -> str:
        return self.source[self.at : self.at + 1]

    def _alternatives(self, flags: str) -> str:
        """Up to the group's end. Flags that are set on the way hold for what follows, later alternatives too."""
        self.depth += 1
        if self.depth > _DEEPEST:
            raise Untranslatable("it is nested too deeply")
        branches = []
        while True:
            text, flags = self._sequence(flags)
            branches.append(text)
            if self._peek() != "|":
                break
            self.at += 1
        self.depth -= 1
        return "|".join(branches)

    def _sequence(self, flags: str) -> tuple[str, str]:
        pieces: list[tuple[bool, str]] = []
        while self._peek() not in {"", "|", ")"}:
            setting = _FLAGS.match(self.source, self.at)
            if setting and setting.group(3) == ")":
                self.at = setting.end()
                flags = _changed(flags, setting)
                continue
            own = self._peek() != "("
            text = self._repeated(flags)
            pieces.append((own and "i" in flags and any(char.isalpha() for char in text), text))
        out = ""
        for folded, group in groupby(pieces, key=lambda piece: piece[0]):
            text = "".join(piece[1] for piece in group)
            out += f"(?i:{text})" if folded else text
        return out, flags

    def _repeated(self, flags: str) -> str:
        atom = self._atom(flags)
        match = _REPEAT.match(self.source, self.at)
        sign = self._peek()
        if match:
            self.at = match.end()
            low = int(match.group(1))
            high = int(match.group(3)) if match.group(3) else None if match.group(2) else low
            if low > _LARGEST_REPEAT or (high is not None and not low <= high <= _LARGEST_REPEAT):
                raise Untranslatable(f"its repeat {match.group()} is not within Go's limit of {_LARGEST_REPEAT}")
        elif sign and sign in "*+?":
            self.at += 1
            low, high = {"*": (0, None), "+": (1, None), "?": (0, 1)}[sign]
        else:
            return atom
        self.open_ended |= high is None
        lazy = self._peek() == "?"
        self.at += lazy
        if self._peek() and self._peek() in "*+":
            raise Untranslatable("it repeats a repeat")
        end = low + self.bound if high is None else high
        return f"{atom}{{{low},{end}}}{'?' if lazy is not ('U' in flags) else ''}"

    def _atom(self, flags: str) -> str:
        char = self._peek()
        if char == "(":
            return self._group(flags)
        self.at += 1
        if char == "[":
            return self._class()
        if char == "\\":
            return self._escape()
        if char in "*+?":
            raise Untranslatable(f"it has nothing to repeat before {char}")
        if char == "^":
            return "(?m:^)" if "m" in flags else r"\A"
        if char == "$":
            return "(?m:$)" if "m" in flags else r"\Z"
        if char == ".":
            return r"[\x00-\xff]" if "s" in flags else "."
        return _literal(char)

    def _group(self, flags: str) -> str:
        named, flagged = _NAMED.match(self.source, self.at), _FLAGS.match(self.source, self.at)
        opening = "(?:"
        if flagged:
            self.at = flagged.end()
            flags = _changed(flags, flagged)
        elif named or self.source[self.at + 1 : self.at + 2] != "?":
            self.at = named.end() if named else self.at + 1
            self.groups += 1
            if self.groups == (self.secret_group or 1):
                opening = "(?P<secret>"
            elif not self.secret_group:
                self.notes.append("it has several groups and no secretGroup: the first is taken as the secret")
        else:
            raise Untranslatable(f"{self.source[self.at : self.at + 4]!r} is not Go's syntax")
        text = self._alternatives(flags)
        if self._peek() != ")":
            raise Untranslatable("unbalanced parenthesis: ( without )")
        self.at += 1
        return f"{opening}{text})"

    def _escape(self) -> str:
        """What follows a backslash, outside of a class."""
        char = self._peek()
        if char == "z":
            self.at += 1
            return r"\Z"
        if char == "A":
            self.at += 1
            return r"\A"
        if char == "Q":
            end = self.source.find(r"\E", self.at)
            text = self.source[self.at + 1 : end if end >= 0 else None]
            self.at = end + 2 if end >= 0 else len(self.source)
            # As in Go, a repeat after it is of its last character.
            return "".join(map(_literal, text)) or "(?:)"
        if char == "C":
            self.at += 1
            return r"[\x00-\xff]"
        match = _PROPERTY.match(self.source, self.at)
        if match:
            return f"[{self._property(match)}]"
        return self._one_escape(_literal)

    def _one_escape(self, write: Callable[[str], str]) -> str:
        """An escape for a class such as d, or for one character, which `write` then writes."""
        match = _CODE.match(self.source, self.at)
        if match:
            self.at = match.end()
            code = int(match[1] or match[2], 16) if match[1] or match[2] else int(match[3], 8)
            if code > 0x10FFFF:  # noqa: PLR2004 - Unicode's end
                raise Untranslatable(f"\\{match[0]} is not a character")
            return write(chr(code))
        char = self._peek()
        self.at += 1
        if char and char in _SIMPLE_ESCAPES:
            return f"\\{char}"
        if not char or char.isalnum():
            raise Untranslatable(f"\\{char} is not Go's syntax, or has no counterpart")
        return write(char)

    def _property(self, match: re.Match[str]) -> str:
        self.at = match.end()
        name = match[3] or match[4]
        if name not in _UNICODE or match[1] == "P" or match[2]:
            raise Untranslatable(f"\\{match[0]} has no counterpart for bytes")
        self.notes.append(f"\\{match[0]} takes any character beyond ASCII")
        return _UNICODE[name]

    def _class(self) -> str:
        out = ""
        negated = self._peek() == "^"
        self.at += negated
        first = True
        while first or self._peek() != "]":
            if not self._peek():
                raise Untranslatable("unbalanced bracket: [ without ]")
            first = False
            out += self._class_item()
        self.at += 1
        return f"[{'^' if negated else ''}{out}]"

    def _class_item(self) -> str:
        posix = _IN_CLASS.match(self.source, self.at)
        if posix:
            if posix[1] not in _POSIX:
                raise Untranslatable(f"{posix[0]} is not a character class of Go")
            self.at = posix.end()
            return _POSIX[posix[1]]
        char = self._peek()
        self.at += 1
        if char != "\\":
            if char == "-":
                # Between two characters it makes a range, at either end it is itself.
                return "-" if self._peek() != "]" and not self.source[: self.at - 1].endswith("[") else r"\-"
            return _in_class(char)
        match = _PROPERTY.match(self.source, self.at)
        if match:
            return self._property(match)
        if self._peek() == "b":
            raise Untranslatable(r"\b is not a character of a class")
        return self._one_escape(_in_class)


def _bytes_of(char: str) -> str:
    return "".join(f"\\x{byte:02x}" for byte in char.encode("utf-8", "surrogatepass"))


def _in_class(char: str) -> str:
    if ord(char) > 127:  # noqa: PLR2004 - beyond ASCII: any of its bytes
        return _bytes_of(char)
    return f"\\{char}" if char in r"\[]^&~|" else char


def _literal(char: str) -> str:
    if ord(char) > 127:  # noqa: PLR2004
        return f"(?:{_bytes_of(char)})"
    return f"\\{char}" if char in _SPECIAL else char if char.isprintable() else f"\\x{ord(char):02x}"


def _changed(flags: str, match: re.Match[str]) -> str:
    return "".join(sorted((set(flags) | set(match[1])) - set(match[2] or "")))
