"""When and where a command ran: the work tree's root, the revision, branch and remote, asked of git when needed."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.errors import GitError
from keyscan.git.command import Git

if TYPE_CHECKING:
    from keyscan.model.report import RunInfo

_KEY_LIKE = re.compile(r"(?=[A-Za-z]*\d)[A-Za-z0-9]{16,}")


def located(run: RunInfo) -> RunInfo:
    """The run with its place; outside a repository only the directory.

    Paths of `staged` and of history start at the root already, those of `scan` in the current directory.
    """
    git = Git()
    here = os.getcwd()  # noqa: PTH109 - text, as git's answers are
    try:
        root = _text(git.ask("rev-parse", "--show-toplevel"))
    except GitError:
        root = None
    if not root:
        return replace(run, root=_posix(here))
    return replace(
        run,
        root=_posix(root),
        base=_posix(here) if run.command == "scan" else "",
        revision=_text(git.ask("rev-parse", "-q", "--verify", "HEAD")),
        branch=_branch(_text(git.ask("symbolic-ref", "-q", "--short", "HEAD"))),
        remote=_text(git.ask("config", "--get", "remote.origin.url")),
    )


def _branch(name: str | None) -> str | None:
    """A branch's name, unless a key could be in it: what a scan reads are files, so no rule has seen the name."""
    return name if name and not _KEY_LIKE.search(name) else None


def _text(answer: bytes | None) -> str | None:
    return os.fsdecode(answer) if answer else None


def _posix(path: str) -> str:
    return path.replace(os.sep, "/")
