"""Which ignore rule decides about a path, as git itself answers it."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from keyscan.git.command import Git


class Ignored(NamedTuple):
    """The ignore rule that decides about a path: the file that it stands in, its line, and itself."""

    source: str
    line: int
    pattern: str

    @property
    def negated(self) -> bool:
        """Whether the rule takes the path out of what is ignored."""
        return self.pattern.startswith("!")

    @property
    def shared(self) -> bool:
        """Whether the rule is part of the repository, not of this machine's excludes."""
        parts = self.source.split("/")
        return parts[-1] == ".gitignore" and not self.source.startswith(("/", "~")) and not {"..", ".git"} & set(parts)

    @property
    def text(self) -> str:
        """The rule's place, in words."""
        return f"{self.source}:{self.line} ({self.pattern})"


def deciding_rules(git: Git, paths: Iterable[str]) -> dict[str, Ignored]:
    """The rule that decides about each path, as if none were tracked; paths that no rule speaks of are left out.

    `git` runs at the root of its work tree. The paths need not exist, so the answer for a `.env` that is yet to come
    can be had.
    """
    asked = list(paths)
    if not asked:
        return {}
    # check-ignore reads pathspecs: "./" keeps a name that begins with a colon from being one.
    text = b"".join(b"./" + os.fsencode(path) + b"\0" for path in asked)
    args = ("--no-literal-pathspecs", "check-ignore", "--no-index", "-v", "-n", "-z", "--stdin")
    out = git.run(*args, stdin=text, good=(0, 1))  # 1: none is ignored
    fields = [os.fsdecode(field) for field in out.split(b"\0")]
    answers = zip(fields[0::4], fields[1::4], fields[2::4], asked, strict=False)
    return {path: Ignored(source, int(line), pattern) for source, line, pattern, path in answers if source}
