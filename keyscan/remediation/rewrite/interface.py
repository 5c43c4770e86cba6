"""The types that every rewriter takes and returns: a target, and splices or the reason why it stays unchanged.

A rewriter is a pure function. It reads the syntax with a parser, and answers with replacements of byte ranges, so
that every other byte of the file (line ends, comments, encoding) stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Target:
    """A secret in a text: `text[start:end]` is it as written, `name` the variable that is to replace it.

    `text` is UTF-8 wherever the file is not binary; `repr` hides it. `path` is the file's, with forward slashes.
    `browser`: the project's bundler ships this file to browsers.
    """

    text: bytes = field(repr=False)
    start: int
    end: int
    name: str
    path: str = ""
    browser: bool = False

    @property
    def written(self) -> bytes:
        """The secret as it is written in the source, escapes included."""
        return self.text[self.start : self.end]


@dataclass(frozen=True, slots=True, order=True)
class Splice:
    """`text[start:end]` is replaced by `new`; an insertion has `start == end`."""

    start: int
    end: int
    new: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class Rewrite:
    """The replacement of one secret.

    `value` is the secret as the program sees it, `variable` the name under which the environment holds it.
    `follow_up` are commands or remarks for the user that the new text depends on.
    """

    splices: tuple[Splice, ...]
    value: bytes = field(repr=False)
    variable: str
    follow_up: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class LeftAlone:
    """Why a secret stays where it is, and what the user can do instead; one line without the secret."""

    reason: str


Rewriter = Callable[[Target], Rewrite | LeftAlone]


def spliced(text: bytes, splices: tuple[Splice, ...]) -> bytes:
    """`text` with the splices applied; ValueError when two overlap."""
    parts, at = [], 0
    for splice in sorted(set(splices)):
        if splice.start < at:
            raise ValueError("overlapping splices")
        parts += [text[at : splice.start], splice.new]
        at = splice.end
    return b"".join([*parts, text[at:]])


def moved(start: int, end: int, splices: tuple[Splice, ...]) -> tuple[int, int] | None:
    """Where `[start, end)` is after the splices; None when one of them changes it."""
    by = 0
    for splice in sorted(set(splices)):
        if splice.end <= start:
            by += len(splice.new) - (splice.end - splice.start)
        elif splice.start < end:
            return None
    return start + by, end + by


_ESCAPES = {
    b"n": b"\n", b"t": b"\t", b"r": b"\r", b"\\": b"\\", b'"': b'"', b"'": b"'", b"/": b"/", b"$": b"$", b"`": b"`",
}  # fmt: skip
_ESCAPE = re.compile(rb"\\(.)", re.DOTALL)


def unescaped(written: bytes) -> bytes | None:
    """The value of a literal's text by the escapes that all languages share; None when it has others."""
    if b"\\" not in written:
        return written
    if any(match[1] not in _ESCAPES for match in _ESCAPE.finditer(written)):
        return None
    return _ESCAPE.sub(lambda match: _ESCAPES[match[1]], written)


def line_end(text: bytes) -> bytes:
    """The line end that the text uses."""
    return b"\r\n" if b"\r\n" in text else b"\n"


COMMENT = "in a comment: delete it there, nothing reads it"
UNPARSED = "the file does not parse as {language}: correct it, or move the key by hand"
ESCAPED = "its literal uses escape sequences that are not understood here: move the key by hand"
INLINE_CODE = "it is not in a string literal: move the key by hand"
