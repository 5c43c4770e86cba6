"""Where a report's paths live: the work tree's root, the revision, branch and remote, asked of git when needed."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.errors import GitError
from keyscan.git.command import Git

if TYPE_CHECKING:
    from keyscan.model.report import Report

_KEY_LIKE = re.compile(r"(?=[A-Za-z]*\d)[A-Za-z0-9]{16,}")


def located(report: Report) -> Report:
    """The report with what it does not know yet of its place; outside a repository only the directory.

    Paths of `staged` and of history start at the root already, those of `scan` where the user stands.
    """
    git = Git()
    here = os.getcwd()  # noqa: PTH109 - text, as git's answers are
    try:
        root = _text(git.ask("rev-parse", "--show-toplevel"))
    except GitError:
        root = None
    root = report.root or root
    if not root:
        return replace(report, root=_posix(here))
    return replace(
        report,
        root=_posix(root),
        base=report.base or (_posix(here) if report.command == "scan" else ""),
        revision=report.revision or _text(git.ask("rev-parse", "-q", "--verify", "HEAD")),
        branch=report.branch or _branch(_text(git.ask("symbolic-ref", "-q", "--short", "HEAD"))),
        remote=report.remote or _text(git.ask("config", "--get", "remote.origin.url")),
    )


def _branch(name: str | None) -> str | None:
    """A branch's name, unless a key could be in it: what a scan reads are files, so no rule has seen the name."""
    return name if name and not _KEY_LIKE.search(name) else None


def _text(answer: bytes | None) -> str | None:
    return os.fsdecode(answer) if answer else None


def _posix(path: str) -> str:
    return path.replace(os.sep, "/")
