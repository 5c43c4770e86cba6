"""Path globs in the dialects of gitignore, Docker, npm and setuptools, matched in time linear in pattern times path.

Patterns come from the scanned repository: translated into regular expressions, a few dozen `*` would hang the
scanner. The oracle in the tests is `git check-ignore`. `*` and `?` stay within a name, `[...]` is a class, `**` as a
whole segment is any number of directories. One quirk of git is not copied: that in `a**/b`, where a text without
wildcards comes first, the stars reach across directories.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

_ANY_SEGMENTS = "**"
# Patterns of one ignore file that are read, and the longest that is: real files stay far below both.
_MOST_LINES = 10_000
_LONGEST = 4096


class BadGlob(ValueError):  # noqa: N818 - turned into the error of whoever reads the pattern
    """A pattern that git would not understand either."""


@dataclass(frozen=True)
class Glob:
    """One pattern, parsed. A segment is tokens: `*` as None, else whether one character fits.

    `negated` takes back what earlier ones matched, `directory` fits directories only.
    """

    text: str
    negated: bool
    directory: bool
    segments: tuple[str, ...]

    @cached_property
    def _tokens(self) -> list[list[Callable[[str], bool] | None] | None]:
        return [None if segment == _ANY_SEGMENTS else _tokens(segment) for segment in self.segments]

    def fits(self, parts: Sequence[str], *, directory: bool) -> bool:
        """Whether the path made of `parts`, a directory or not, is what the pattern names."""
        if self.directory and not directory:
            return False
        return _fit_segments(self._tokens, parts)


def parse(text: str) -> Glob | None:
    """The pattern on one line of a gitignore file; None for blank lines and comments, BadGlob when malformed."""
    kept = text.rstrip("\r\n")
    while kept.endswith(" ") and not kept.endswith("\\ "):
        kept = kept[:-1]
    if not kept or kept.startswith("#"):
        return None
    negated = kept.startswith("!")
    body = kept[negated:]
    directory = body.endswith("/")
    body = body.rstrip("/") if directory else body
    anchored = "/" in body
    segments = [segment for segment in body.split("/") if segment]
    if not segments:
        raise BadGlob(f"{text!r} names nothing")
    for segment in segments:
        _tokens(segment)
    if not anchored:
        segments.insert(0, _ANY_SEGMENTS)
    return Glob(text, negated, directory, tuple(segments))


class Globs:
    """Patterns in order; as in git the last that fits decides, and nothing comes back below a matched directory."""

    def __init__(self, patterns: Sequence[str]) -> None:
        """Parse all of `patterns`; raises BadGlob."""
        if any(len(pattern) > _LONGEST for pattern in patterns):
            raise BadGlob(f"a pattern of more than {_LONGEST} characters")
        self._globs = [glob for glob in map(parse, patterns) if glob is not None]

    @classmethod
    def of_file(cls, text: str) -> Globs:
        """The patterns of an ignore file that git understands: what is malformed matches nothing, as in git."""
        globs = cls(())
        globs._globs = [glob for glob in map(_parsed_or_none, text.split("\n")[:_MOST_LINES]) if glob is not None]
        return globs

    def match(self, path: str, stop: Callable[[], bool] | None = None) -> str | None:
        """The pattern that matches the file at `path` (relative, with forward slashes) or a directory above it.

        None once `stop`, which is asked before each pattern, is true, and for a path that no file system has: a tree of
        git may hold any.
        """
        if len(path) > _LONGEST:
            return None
        parts = [part for part in path.split("/") if part not in {"", "."}]
        for depth in range(1, len(parts) + 1):
            decision = self._decide(parts[:depth], stop, directory=depth < len(parts))
            if decision or (stop is not None and stop()):
                return decision
        return None

    def _decide(self, parts: Sequence[str], stop: Callable[[], bool] | None, *, directory: bool) -> str | None:
        for glob in reversed(self._globs):
            if stop is not None and stop():
                return None
            if glob.fits(parts, directory=directory):
                return None if glob.negated else glob.text
        return None


def _parsed_or_none(line: str) -> Glob | None:
    try:
        return parse(line) if len(line) <= _LONGEST else None
    except BadGlob:
        return None


def matches(pattern: str, path: str) -> bool:
    """Whether the whole of `path` matches `pattern`, both relative; a malformed or overlong pattern matches nothing."""
    segments = _segments(pattern) if max(len(pattern), len(path)) <= _LONGEST else None
    return segments is not None and _fit_segments(segments, path.split("/"))


@lru_cache(maxsize=4096)
def _segments(pattern: str) -> list[list[Callable[[str], bool] | None] | None] | None:
    try:
        return [None if part == _ANY_SEGMENTS else _tokens(part) for part in pattern.split("/")]
    except BadGlob:
        return None


def with_parents(path: str) -> list[str]:
    """`path` and all directories above it, from the outermost down."""
    parts = path.split("/")
    return ["/".join(parts[: count + 1]) for count in range(len(parts))]


def lines(text: str) -> list[str]:
    """The lines of a file of patterns that are neither empty nor comments, without surrounding spaces."""
    stripped = (line.strip() for line in text.splitlines()[:_MOST_LINES])
    return [line for line in stripped if line and not line.startswith("#")]


def last_match(patterns: Sequence[str], path: str) -> bool:
    """Whether Docker's .dockerignore (or npm's `files`) names `path`: the last pattern decides, `!` takes back.

    A pattern matches `path` or a directory above it, counted from the top; `.` names everything.
    """
    named = False
    for line in patterns:
        keep = line.startswith("!")
        pattern = "/".join(part for part in line[keep:].strip().split("/") if part not in {"", "."})
        if not pattern or any(matches(pattern, part) for part in with_parents(path)):
            named = not keep
    return named


def _fit_segments(tokens: Sequence[list[Callable[[str], bool] | None] | None], parts: Sequence[str]) -> bool:
    """Segments against path parts; `**` (None) stands for any number of parts, at the end for at least one."""
    at = part = 0
    star = mark = -1
    while part < len(parts):
        wanted = tokens[at] if at < len(tokens) else []
        if at < len(tokens) and wanted is None:
            if at == len(tokens) - 1:
                return True
            star, mark, at = at, part, at + 1
        elif at < len(tokens) and wanted is not None and _fit(wanted, parts[part]):
            at, part = at + 1, part + 1
        elif star >= 0:
            mark += 1
            at, part = star + 1, mark
        else:
            return False
    return at == len(tokens)


def _fit(tokens: Sequence[Callable[[str], bool] | None], text: str) -> bool:
    """One segment against one part: greedy, going back to the last `*` only, so never exponential."""
    at = char = 0
    star = mark = -1
    while char < len(text):
        token = tokens[at] if at < len(tokens) else _never
        if token is None:
            star, mark, at = at, char, at + 1
        elif token(text[char]):
            at, char = at + 1, char + 1
        elif star >= 0:
            mark += 1
            at, char = star + 1, mark
        else:
            return False
    return all(token is None for token in tokens[at:])


def _never(_char: str) -> bool:
    return False


def _tokens(segment: str) -> list[Callable[[str], bool] | None]:
    tokens: list[Callable[[str], bool] | None] = []
    at = 0
    while at < len(segment):
        char = segment[at]
        at += 1
        if char == "*":
            if not tokens or tokens[-1] is not None:
                tokens.append(None)
        elif char == "?":
            tokens.append(lambda _char: True)
        elif char == "[":
            test, at = _bracket(segment, at)
            tokens.append(test)
        else:
            if char == "\\":
                if at == len(segment):
                    raise BadGlob(f"{segment!r} ends in a backslash")
                char = segment[at]
                at += 1
            tokens.append(char.__eq__)
    return tokens


_CLASSES: dict[str, Callable[[str], bool]] = {
    "alnum": str.isalnum,
    "alpha": str.isalpha,
    "digit": str.isdigit,
    "lower": str.islower,
    "upper": str.isupper,
    "space": str.isspace,
    "punct": lambda char: char.isprintable() and not char.isalnum() and char != " ",
    "xdigit": lambda char: char in "0123456789abcdefABCDEF",
}


def _bracket(segment: str, at: int) -> tuple[Callable[[str], bool], int]:
    """The test for a character class whose inside begins at `at`, and where the pattern goes on."""
    negated = segment[at : at + 1] in {"!", "^"}
    at += negated
    tests: list[Callable[[str], bool]] = []
    first = True
    while at < len(segment) and (first or segment[at] != "]"):
        first = False
        name = segment[at + 2 : segment.find(":]", at)] if segment.startswith("[:", at) else ""
        if name in _CLASSES:
            tests.append(_CLASSES[name])
            at += len(name) + 4
            continue
        low, at = _char(segment, at)
        high = low
        if segment[at : at + 1] == "-" and segment[at + 1 : at + 2] not in {"", "]"}:
            high, at = _char(segment, at + 1)
        tests.append(_between(low, high))
    if at >= len(segment):
        raise BadGlob(f"{segment!r} has an unbalanced bracket: [ without ]")
    return lambda char: any(test(char) for test in tests) is not negated, at + 1


def _between(low: str, high: str) -> Callable[[str], bool]:
    return lambda char: low <= char <= high


def _char(segment: str, at: int) -> tuple[str, int]:
    """The character at `at`, with a backslash taken off, and where the next one is."""
    if segment[at] == "\\" and at + 1 < len(segment):
        at += 1
    return segment[at], at + 1
