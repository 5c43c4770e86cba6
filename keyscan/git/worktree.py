"""Work trees: their roots, their submodules, and paths that no symbolic link leads out of them."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keyscan.errors import GitError
from keyscan.git.command import Git

if TYPE_CHECKING:
    from collections.abc import Iterator

_GITLINK = b"160000 "


def root_of(path: str) -> str:
    """The root of the work tree that `path` is in; GitError outside one."""
    return os.fsdecode(Git(path).run("rev-parse", "--show-toplevel").removesuffix(b"\n"))


def submodules(git: Git) -> Iterator[str]:
    """The paths of submodules that are checked out in the work tree."""
    for path in gitlinks(git.ask("ls-files", "-s", "-z") or b""):
        if is_checked_out(git.directory, path):
            yield path


def check_own_repository(directory: str) -> None:
    """Raise GitError where git would take the repository around `directory` for its own."""
    if Git(directory).run("rev-parse", "--show-prefix").strip():
        raise GitError("its .git is not a repository's")


def gitlinks(index: bytes) -> Iterator[str]:
    """The paths of submodules in what `ls-files -s -z` printed."""
    at = index.find(_GITLINK)
    while at >= 0:
        end = index.find(b"\0", at)
        if at == 0 or index[at - 1 : at] == b"\0":
            yield os.fsdecode(index[at:end].partition(b"\t")[2])
        at = index.find(_GITLINK, end)


def is_checked_out(root: str, name: str) -> bool:
    """Whether a submodule's directory exists, and is really below `root`: no part of its path is a link."""
    return is_inside(root, name) and os.path.lexists(join(join(root, name), ".git"))


def is_inside(root: str, name: str) -> bool:
    """Whether `name` below `root` is reached without `..` and without following a symbolic link."""
    parts = name.split("/")
    if name.startswith("/") or any(part in {"", ".", ".."} for part in parts):
        return False
    path = root
    for part in parts:
        path = join(path, part)
        if os.path.islink(path):  # noqa: PTH114 - the name may not be text
            return False
    return True


def join(directory: str, name: str) -> str:
    """The path of `name` in `directory`, bytes that are not text kept."""
    return os.path.join(directory, name)  # noqa: PTH118 - a plain string keeps odd bytes
