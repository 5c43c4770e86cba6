"""When and where a command ran: the work tree's root, the revision, branch and remote, read from git when needed."""

from __future__ import annotations

import importlib.util
import os
import re
import shlex
import shutil
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.errors import GitError
from keyscan.git.command import Git

if TYPE_CHECKING:
    from keyscan.model.report import RunInfo

# Commits of a history in which the first one may be among those that are pushed.
_SHORT_HISTORY = 1000
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
        first_commit=_first_commit(git) if run.command == "pre-push" else None,
    )


def _first_commit(git: Git) -> str | None:
    """A commit without a parent; None in a long history, whose first commit was pushed long ago."""
    count = _text(git.ask("rev-list", "--count", f"--max-count={_SHORT_HISTORY}", "HEAD"))
    if count is None or int(count) >= _SHORT_HISTORY:
        return None
    return _text(git.ask("rev-list", "--max-parents=0", "--max-count=1", "HEAD"))


def invocation() -> str:
    """How keyscan is called in the user's shell: by its name where that is found, else by the path of what runs now.

    pre-commit puts the environment that it made for a hook on PATH, so there the name is found by the hook only.
    """
    beside = os.path.join(os.path.dirname(sys.executable), "keyscan.exe" if os.name == "nt" else "keyscan")  # noqa: PTH118, PTH120
    if not in_pre_commit() and shutil.which("keyscan"):
        return "keyscan"
    if os.path.exists(beside):  # noqa: PTH110
        home = os.path.expanduser("~") + os.sep  # noqa: PTH111
        shown = f"~/{beside.removeprefix(home)}" if os.name != "nt" and beside.startswith(home) else beside
        return shown if re.fullmatch(r"[\w~./\\:-]+", shown) else shlex.quote(beside)
    # -P: Python alone would import from the current directory first.
    return f"{shlex.quote(sys.executable)} -P -m keyscan"


def in_pre_commit() -> bool:
    """Whether pre-commit or prek runs this, from an environment that it made for the hook."""
    return bool(os.environ.get("PRE_COMMIT"))


def can_fix() -> bool:
    """Whether the parsers are installed that `keyscan fix` rewrites code with; none of them is imported."""
    return all(importlib.util.find_spec(name) for name in ("dotenv", "libcst", "tree_sitter"))


def _branch(name: str | None) -> str | None:
    """A branch's name, unless a key could be in it: what a scan reads are files, so no rule has seen the name."""
    return name if name and not _KEY_LIKE.search(name) else None


def _text(answer: bytes | None) -> str | None:
    return os.fsdecode(answer) if answer else None


def _posix(path: str) -> str:
    return path.replace(os.sep, "/")
