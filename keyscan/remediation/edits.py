"""Edits of files as values, which can be shown as a diff before anything is written."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Reader = Callable[[str], bytes | None]

# A line that is longer is not shown: most of it is not about the change, and may be secret without being found so.
_LONGEST_SHOWN = 240


# A redacted secret, which stays as it is, or a run of characters that may be a value.
_VALUE = re.compile(r"\S*\.\.\.\[[0-9a-f]{8}\]|[A-Za-z0-9+/_.~!@#$%^&*-]{8,}={0,2}")


def masked_values(line: str) -> str:
    """`line` without the values that look like secrets, whether or not a rule finds them: a diff shows whole lines."""
    from keyscan.engine.filters.value_shape import Shape, is_slug, reason, shape_of

    def shown(match: re.Match[str]) -> str:
        text = match[0]
        if text.endswith("]"):
            return text
        value = text.encode("utf-8", "surrogatepass")
        random = not is_slug(value) and reason(value) is None and shape_of(value) >= Shape.HUMAN
        return "..." if random else text

    return _VALUE.sub(shown, line)


@dataclass(frozen=True, slots=True)
class Edit:
    """A file to write: its path below the root, its contents now (None when it does not exist) and afterwards."""

    path: str
    old: bytes | None
    new: bytes

    def __repr__(self) -> str:
        """The path only: the contents may hold secrets."""
        return f"Edit({self.path!r})"

    def diff(self) -> Iterator[str]:
        """The change as a unified diff without context, line by line, without values that may be secret.

        Of a long line only its length is shown.
        """
        before = (self.old or b"").decode("utf-8", "replace").splitlines()
        after = self.new.decode("utf-8", "replace").splitlines()
        source = "/dev/null" if self.old is None else f"a/{self.path}"
        lines = difflib.unified_diff(before, after, source, f"b/{self.path}", lineterm="", n=0)
        for number, line in enumerate(lines):
            long = number > 1 and len(line) > _LONGEST_SHOWN
            if long:
                yield f"{line[0]}(a line of {len(line) - 1:,} characters, not shown)"
            else:
                yield masked_values(line) if number > 1 else line


@dataclass(frozen=True, slots=True)
class EditPlan:
    """Files to write, and paths to remove from git's index (they stay on disk).

    `unsupported` says, a line each, what the plan cannot do and why.
    """

    edits: tuple[Edit, ...] = ()
    untrack: tuple[str, ...] = ()
    unsupported: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        """Whether there is anything to do."""
        return bool(self.edits or self.untrack)


class AppendedLines:
    """Lines to append to files (ignore files, most of them), each line once a file."""

    def __init__(self) -> None:
        self._lines: dict[str, list[str]] = {}

    def add(self, file: str, line: str) -> None:
        """Add `line` to the end of `file`, once."""
        wanted = self._lines.setdefault(file, [])
        if line not in wanted:
            wanted.append(line)

    def edits(self, read: Reader) -> Iterator[Edit]:
        """One edit a file, in the file's own line ends; `read` gives a file's contents, None when it does not exist."""
        for file, wanted in sorted(self._lines.items()):
            old = read(file)
            text = old or b""
            end = b"\r\n" if b"\r\n" in text else b"\n"
            if text and not text.endswith(b"\n"):
                text += end
            text += b"".join(line.encode("utf-8", "surrogateescape") + end for line in wanted)
            yield Edit(file, old, text)


def literal_pattern(name: str) -> str:
    """The gitignore pattern that matches the name `name` and no other."""
    text = re.sub(r"([*?\[\]\\])", r"\\\1", name)
    text = re.sub(r" \Z", r"\\ ", text)
    return "\\" + text if text[:1] in {"#", "!"} else text
