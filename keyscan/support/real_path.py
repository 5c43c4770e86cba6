"""The places that a path leads to through symbolic links, also where a link cannot be read."""

from __future__ import annotations

import os
from itertools import accumulate

# Links on the way to one file that are followed; systems follow 40.
MOST_LINKS = 40


def places_on_the_way(path: str, root: str) -> list[str]:
    """`path`, each symbolic link below `root` that it leads through, and what those lead to, absolute."""
    current, top = os.path.abspath(path), os.path.abspath(root)  # noqa: PTH100 - keeps odd bytes
    places = [current]
    for _ in range(MOST_LINKS):
        below = os.path.relpath(current, top)
        if below.startswith(".."):
            break
        parts = accumulate(below.split(os.sep), os.path.join, initial=top)  # noqa: PTH206
        link = next((place for place in parts if place != top and os.path.islink(place)), None)  # noqa: PTH114
        if link is None:
            break
        try:
            target = os.path.join(os.path.dirname(link), os.readlink(link))  # noqa: PTH115, PTH118, PTH120
        except OSError:
            break
        current = os.path.normpath(target + current[len(link) :])
        places += [link, current]
    return places


def real_path(path: str | os.PathLike[str]) -> str:
    """`path` without symbolic links, absolute; what cannot be resolved (a link that may not be read) stays as it is.

    `os.path.realpath` raises PermissionError for such a link before Python 3.13, and FileNotFoundError for one that is
    removed at that moment.
    """
    rest = ""
    absolute = os.path.abspath(path)  # noqa: PTH100 - keeps odd bytes
    resolved = absolute
    while True:
        try:
            return os.path.join(os.path.realpath(resolved), rest) if rest else os.path.realpath(resolved)  # noqa: PTH118
        except OSError:
            resolved, name = os.path.split(resolved)
            if not name:
                return absolute
            rest = os.path.join(name, rest) if rest else name  # noqa: PTH118
