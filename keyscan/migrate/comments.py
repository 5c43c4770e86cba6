"""The comments of a configuration file by line, so that migrated settings keep their comments."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

# In turn: a comment, strings over several lines, strings on one line, anything else.
_TOML = re.compile(
    r"#(?P<comment>[^\n]*)|'''.*?(?:'''|\Z)|\"\"\"(?:\\.|.)*?(?:\"\"\"|\Z)|'[^'\n]*'?|\"(?:\\.|[^\"\\\n])*\"?",
    re.DOTALL,
)
# A # begins a comment of YAML at the start of a line or after a space, outside of quotes.
_YAML = re.compile(r"(?:(?<=\s)|\A)#(?P<comment>[^\n]*)|(?<![\w.])'(?:''|[^'\n])*'|(?<![\w.])\"(?:\\.|[^\"\\\n])*\"")
_LONGEST = 300
_MOST = 40


def of_toml(text: str) -> dict[int, str]:
    """Line -> its comment, without the `#`."""
    return _comments(_TOML, text)


def of_yaml(text: str) -> dict[int, str]:
    """Line -> its comment, without the `#`; for lists of patterns too."""
    return _comments(_YAML, text)


def _comments(syntax: re.Pattern[str], text: str) -> dict[int, str]:
    comments: dict[int, str] = {}
    line = 1
    at = 0
    for match in syntax.finditer(text):
        if match["comment"] is None:
            continue
        line += text.count("\n", at, match.start())
        at = match.start()
        words = " ".join(match["comment"].split())
        if words:
            comments[line] = words[:_LONGEST]
    return comments


def above(comments: Mapping[int, str], line: int) -> tuple[str, ...]:
    """The comment lines directly above a line, and the comment on it."""
    first = line
    while first - 1 in comments and line - first < _MOST:
        first -= 1
    return tuple(comments[number] for number in range(first, line + 1) if number in comments)


def between(comments: Mapping[int, str], first: int, end: int) -> tuple[str, ...]:
    """The comments right above the line `first`, and all from there to before the line `end`."""
    inside = [comments[number] for number in sorted(comments) if first < number < end]
    return (*above(comments, first), *inside[:_MOST])
