"""Symbolic links among a repository's configuration files: followed within the repository, refused out of it.

One rule for the work tree, the index and commits, whoever reads.
"""

from __future__ import annotations

import os
import posixpath
from typing import TYPE_CHECKING

from keyscan.errors import ConfigError
from keyscan.git.command import PATHSPEC_MAGIC, from_top
from keyscan.support.real_path import MOST_LINKS

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyscan.git.command import Git

    # The target of the link at a path below the root; None where no link is.
    Target = Callable[[str], str | None]

# Bytes of a link's target; no system has longer ones.
LONGEST = 4096
_LINK = b"120000"


def places_of(name: str, target_of: Target) -> list[str]:
    """The links on the way to `name`, and last the file that they lead to; ConfigError for one out of the repository.

    All are paths below the root, with `/`. Git's own directory is no part of the repository's files.
    """
    current, places = posixpath.normpath(name), []
    for _ in range(MOST_LINKS):
        parts = current.split("/")
        for count in range(1, len(parts) + 1):
            place = "/".join(parts[:count])
            target = target_of(place)
            if target is not None:
                places.append(place)
                current = posixpath.normpath(posixpath.join(posixpath.dirname(place), target, *parts[count:]))
                below = current.lower().split("/")
                if os.path.isabs(target) or below[0] == ".." or ".git" in below:  # noqa: PTH117
                    raise ConfigError(
                        f"{name}: a symbolic link out of the repository, which is not followed: put the file there"
                    )
                break
        else:
            return [*places, current]
    raise ConfigError(f"{name}: too many symbolic links, one after the other")


def target_in_tree(root: str, place: str) -> str | None:
    """The target of the link at `place` in the work tree at `root`."""
    try:
        return os.readlink(os.path.join(root, place)).replace(os.sep, "/")  # noqa: PTH115, PTH118
    except OSError:
        return None


def target_in_git(git: Git, revision: str, place: str) -> str | None:
    """The target of the link at `place` in a commit, or in the index for ""."""
    name = f"{revision}:{place}".encode("utf-8", "surrogateescape")
    content = next(git.objects([name], LONGEST))
    if content is None or content[0] != b"blob":
        return None
    listing = ("ls-tree", "--full-tree", "-z", revision, "--", place)
    if not revision:
        listing = (PATHSPEC_MAGIC, "ls-files", "-s", "-z", "--", from_top(place))
    return os.fsdecode(content[1]) if git.run(*listing).startswith(_LINK) else None
