"""The history's versions of files of the family: one `git log`, bounded in time."""

from __future__ import annotations

import os
from threading import Timer
from typing import TYPE_CHECKING, NamedTuple

from keyscan.catalog.name_sieve import MARKS
from keyscan.catalog.secret_files import Kind, kind_of

if TYPE_CHECKING:
    from keyscan.git.command import Git

# A walk of the history that takes longer, in seconds, is given up, and said to be.
DEADLINE = 20.0
# Versions that are looked into; a file that changes at each commit is known from its first ones.
MAX_VERSIONS = 2000


class Version(NamedTuple):
    """A file of the family as a commit made it."""

    path: str
    blob: str
    commit: str
    author: str
    date: str


class Walk(NamedTuple):
    """The versions found, newest first; `whole` unless time or count ran out, `shallow` when git lacks history."""

    versions: list[Version]
    whole: bool
    shallow: bool


class Search:
    """A running search for all versions of the family's files in the commits of all refs."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process = git.start(
            "--no-literal-pathspecs", "log", "--all", "--no-renames", "--no-ext-diff", "--no-color", "--raw", "-z",
            "--no-abbrev", "--diff-filter=AM", "--format=%x01%H%x02%an%x02%cI", "--",
            *(f":(icase)*{mark}*" for mark in MARKS),
        )  # fmt: skip
        self._timer = Timer(DEADLINE, self._process.kill)
        self._timer.daemon = True
        self._timer.start()

    def result(self) -> Walk:
        """What was found; waits for git."""
        try:
            out, _ = self._process.communicate()
        finally:
            self.close()
        found = _parsed(out)
        shallow = self._git.ask("rev-parse", "--is-shallow-repository") == b"true"
        return Walk(found[:MAX_VERSIONS], self._process.returncode == 0 and len(found) <= MAX_VERSIONS, shallow)

    def close(self) -> None:
        """Give the search up, if it still runs."""
        self._timer.cancel()
        if self._process.poll() is None:
            self._process.kill()
            self._process.communicate()


def _parsed(out: bytes) -> list[Version]:
    found = []
    commit = author = date = ""
    fields = iter(out.split(b"\0"))
    for field in fields:
        text = field.lstrip(b"\n")
        if text.startswith(b"\x01"):
            commit, author, date = [*text[1:].decode("utf-8", "replace").split("\x02"), "", ""][:3]
        elif text.startswith(b":"):
            path = os.fsdecode(next(fields, b""))
            parts = text.split()
            if len(parts) == 5 and parts[1].startswith(b"100") and kind_of(path) not in {None, Kind.TEMPLATE}:  # noqa: PLR2004
                found.append(Version(path, parts[3].decode(), commit, author, date))
    return found
