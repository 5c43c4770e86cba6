"""Applies an `EditPlan`: no link is followed, nothing that changed meanwhile is overwritten, each file whole or not."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan.errors import UsageError
from keyscan.git import worktree
from keyscan.support import storage
from keyscan.support.regular_file import NotRegularError, read_regular

if TYPE_CHECKING:
    from keyscan.git.command import Git
    from keyscan.remediation.edits import Edit, EditPlan

# Paths of one `git rm`, far below any limit on the length of a command line.
_PATHS_AT_ONCE = 500


def apply(root: str, plan: EditPlan, git: Git | None) -> None:
    """Write the plan's files below `root` and remove its paths from the index of `git`'s repository, if there is one.

    All edits are checked before the first is written. Raises UsageError, with nothing written, when a path leads out
    of `root`, through a link or into .git, or when a file is not what the plan was made from.
    """
    check(root, plan)
    for edit in plan.edits:
        write(root, edit.path, edit.new)
    for at in range(0, len(plan.untrack), _PATHS_AT_ONCE):
        assert git is not None  # noqa: S101 - only a repository has paths to untrack
        git.run("rm", "--cached", "--quiet", "-f", "--", *plan.untrack[at : at + _PATHS_AT_ONCE])


def check(root: str, plan: EditPlan) -> None:
    """Raise UsageError unless all edits of `plan` may be applied now."""
    for edit in plan.edits:
        _check(root, edit)


def write(root: str, path: str, data: bytes) -> None:
    """Write one file atomically, with the mode it has; UsageError when it cannot be written."""
    try:
        storage.write_whole(Path(root) / path, data)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written: {error.strerror}") from error


def _check(root: str, edit: Edit) -> None:
    """Raise UsageError unless `edit` may be applied now."""
    parts = edit.path.split("/")
    if not worktree.is_inside(root, edit.path) or ".git" in (part.lower() for part in parts):
        raise UsageError(f"{edit.path}: behind a symbolic link, or outside the repository; nothing is changed")
    if _contents(root, edit) != edit.old:
        raise UsageError(f"{edit.path}: has changed since the plan was made; nothing is changed, run the command again")


def _contents(root: str, edit: Edit) -> bytes | None:
    """What the file of `edit` holds now, one byte more than expected at most; None when it does not exist."""
    file = os.path.join(root, edit.path)  # noqa: PTH118 - keeps odd bytes
    if not os.path.lexists(file):
        return None
    try:
        return read_regular(file, len(edit.old or b"") + 1, follow=False)
    except NotRegularError as error:
        raise UsageError(f"{edit.path}: not a regular file; nothing is changed") from error
    except OSError as error:
        raise UsageError(f"{edit.path}: cannot be read: {error.strerror}; nothing is changed") from error
