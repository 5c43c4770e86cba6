"""Reads configuration files from the work tree, the index or a commit, and finds the root that they are at."""

from __future__ import annotations

import os
import stat
from typing import TYPE_CHECKING

from keyscan.config.links import LONGEST, places_of, target_in_git, target_in_tree
from keyscan.config.schema import BASELINE, FILES
from keyscan.errors import ConfigError
from keyscan.git.command import TOO_LARGE

if TYPE_CHECKING:
    from collections.abc import Mapping

    from keyscan.config.schema import Read
    from keyscan.git.command import Git

# What a repository says about its own scans: read from the index or a commit by the commands that scan those.
PROJECT_FILES = (*FILES, BASELINE)
# Bytes of a file that are read: a baseline may be large, and a file that is larger is none.
_LARGEST = 64 << 20


def root_of(start: str = ".") -> str:
    """The root of the repository that `start` is in, else `start`'s own directory; absolute."""
    here = os.path.abspath(start)  # noqa: PTH100
    top = here if os.path.isdir(here) else os.path.dirname(here)  # noqa: PTH112, PTH120
    place = top
    while True:
        if os.path.lexists(os.path.join(place, ".git")):  # noqa: PTH118
            return place
        above = os.path.dirname(place)  # noqa: PTH120
        if above == place:
            return top
        place = above


def root_of_paths(paths: list[str]) -> str:
    """The repository that a command works in: that of `paths` if they agree, else the current one."""
    roots = {root_of(path) for path in paths if path != "-" and os.path.lexists(path)}
    return roots.pop() if len(roots) == 1 else root_of()


def tree_reader(root: str) -> Read:
    """Reads files of the work tree at `root`; one that is no regular file is an error, never waited for.

    Symbolic links of the repository's are followed within it only.
    """

    def read(name: str) -> bytes | None:
        file = file_in_tree(root, name)
        try:
            if not stat.S_ISREG(os.stat(file).st_mode):  # noqa: PTH116
                raise ConfigError(f"{name}: not a regular file")
            with open(file, "rb") as handle:  # noqa: PTH123
                return handle.read(_LARGEST + 1)
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise ConfigError(f"{name}: cannot be read: {error.strerror}") from error

    return read


def file_in_tree(root: str, name: str) -> str:
    """The file of the work tree at `root` that `name` stands for, through the repository's links within it.

    ConfigError for a link out of the repository.
    """
    place = name if is_outside(name) else places_of(name, lambda one: target_in_tree(root, one))[-1]
    return os.path.join(root, os.path.expanduser(place))  # noqa: PTH111, PTH118


def is_outside(name: str) -> bool:
    """Whether a file of a configuration is outside of the repository: an organization's, which is on the disk."""
    return os.path.isabs(name) or name.startswith(("..", "~"))  # noqa: PTH117


def git_places(git: Git, revision: str, name: str) -> list[str]:
    """The symbolic links on the way to `name` in a commit (or in the index for ""), and last the file itself."""
    return places_of(name, lambda place: target_in_git(git, revision, place))


def git_reader(git: Git, revision: str, root: str, ready: Mapping[str, bytes | None] | None = None) -> Read:
    """Reads files of a commit, or of the index for "", without the work tree; `ready` are those read already.

    Symbolic links are followed within the repository only. Files outside of it (an organization's) are read from the
    disk.
    """
    outside = tree_reader(root)

    def read(name: str) -> bytes | None:
        if is_outside(name):
            return outside(name)
        data = ready[name] if ready is not None and name in ready else content(name)
        if not _may_be_behind_link(name, data):
            return data
        *links, file = git_places(git, revision, name)
        return content(file) if links else data

    def content(name: str) -> bytes | None:
        answer = next(git.objects([f"{revision}:{name}".encode("utf-8", "surrogateescape")], _LARGEST))
        if answer and answer[0] == TOO_LARGE:
            raise ConfigError(f"{name}: larger than {_LARGEST >> 20} MB")
        return answer[1] if answer and answer[0] == b"blob" else None

    return read


def _may_be_behind_link(name: str, data: bytes | None) -> bool:
    """Whether `data`, found under `name`, may be the target of a link, or missing because a directory is a link."""
    if data is None:
        return "/" in name
    return may_be_target(data)


def may_be_target(data: bytes) -> bool:
    """Whether the contents of a blob may be a symbolic link's: a path; files have lines that end."""
    return 0 < len(data) <= LONGEST and b"\n" not in data
