"""Named pipes in places of files that git reads: it opens them without a look, and would wait for ever.

A repository can put one under any name that git knows, and behind settings that name further files. What is looked at
is bounded; a pipe that is found while a git gives no answer ends that git with the pipe's name.
"""

from __future__ import annotations

import os
import stat
from contextlib import suppress
from itertools import chain, islice
from threading import Timer
from typing import TYPE_CHECKING

from keyscan.errors import GitError
from keyscan.support.lazy_pattern import lazy_pattern
from keyscan.support.regular_file import open_regular

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# Seconds after which it is looked whether git waits for a pipe.
PATIENCE = 3.0
# Files that git reads in any directory of a work tree.
_READ_BY_GIT = (".git", ".gitignore", ".gitattributes", ".mailmap", ".gitmodules")
_MAX_DIRECTORIES = 100_000
# Files that are read one after another because each names the next: configurations and alternates.
_MAX_FILES = 100
_MAX_BYTES = 1 << 20
# Settings that name a file, of whatever section: include.path, core.excludesFile, mailmap.file and their kind.
_NAMES_A_FILE = lazy_pattern(
    rb'(?im)^[ \t]*(?:\[[^\]\n]*\][ \t]*)?(?:path|file|excludesfile|attributesfile)[ \t]*=[ \t]*"?([^"\n#;]+)'
)


def pipe_that_git_reads(directory: str) -> str:
    """The first file that git reads for `directory` and that is a pipe or a device; empty where there is none.

    Looks at, below and above the directory, at all that its git directory holds, and at what its configuration and its
    alternates name.
    """
    places = _upwards(directory)
    below = (place for place, _, _ in islice(os.walk(places[0]), _MAX_DIRECTORIES))
    in_tree = (os.path.join(place, name) for place in chain(places[1:], below) for name in _READ_BY_GIT)  # noqa: PTH118
    return next(filter(_waits, in_tree), "") or pipe_in_git_directory(directory)


def pipe_in_git_directory(directory: str) -> str:
    """The first pipe or device in the git directory of `directory`, or in what that names; empty without one."""
    roots = list(_git_directories(directory))
    return next(filter(_waits, chain.from_iterable(map(_files, roots))), "") or _named_by(roots)


class Watch:
    """Ends a git whose output is read as it comes when it waits for a pipe, which is then named."""

    def __init__(self, directory: str, kill: Callable[[], None]) -> None:
        """Look once, after PATIENCE seconds; `kill` ends the git."""
        self._directory, self._kill = directory, kill
        self.pipe = ""
        self._timer = Timer(PATIENCE, self._look)
        self._timer.daemon = True
        self._timer.start()

    def _look(self) -> None:
        self.pipe = pipe_in_git_directory(self._directory)
        if self.pipe:
            self._kill()

    def close(self) -> None:
        """Look no more."""
        self._timer.cancel()


def waits_for(pipe: str) -> GitError:
    """What is said of a git that waits for a pipe."""
    return GitError(f"{os.path.normpath(pipe)}: not a regular file, and git waits for it; remove it")


def _waits(file: str) -> bool:
    """Whether opening `file` may wait for ever, or give bytes without end."""
    try:
        mode = os.stat(file).st_mode  # noqa: PTH116
    except (OSError, ValueError):
        return False
    return stat.S_ISFIFO(mode) or (stat.S_ISCHR(mode) and file != os.devnull)


def _upwards(directory: str) -> list[str]:
    """A directory and all above it."""
    places = [os.path.abspath(directory)]  # noqa: PTH100 - names may be bytes that are no text
    while os.path.dirname(places[-1]) != places[-1]:  # noqa: PTH120
        places.append(os.path.dirname(places[-1]))  # noqa: PTH120
    return places


def _git_directories(directory: str) -> Iterator[str]:
    """The git directory of `directory`, and the one that it shares with other work trees."""
    git_directory = os.environ.get("GIT_DIR", "") if directory == "." else ""
    for place in [] if git_directory else _upwards(directory):
        own = os.path.join(place, ".git")  # noqa: PTH118
        if os.path.isdir(own):  # noqa: PTH112
            git_directory = own
        elif os.path.isfile(own):  # noqa: PTH113
            git_directory = os.path.join(place, _text_of(own).removeprefix("gitdir:").strip())  # noqa: PTH118
        elif os.path.isdir(os.path.join(place, "objects")):  # noqa: PTH112, PTH118
            git_directory = place
        if git_directory:
            break
    if git_directory:
        yield git_directory
        shared = _text_of(os.path.join(git_directory, "commondir")).strip()  # noqa: PTH118
        if shared:
            yield os.path.join(git_directory, shared)  # noqa: PTH118


def _files(root: str) -> Iterator[str]:
    """What is neither a file nor a directory below a git directory, links among it."""
    todo, seen = [root], 0
    while todo and seen < _MAX_DIRECTORIES:
        seen += 1
        with suppress(OSError), os.scandir(todo.pop()) as listing:
            for entry in listing:
                if entry.is_dir(follow_symlinks=False):
                    todo.append(entry.path)
                elif not entry.is_file(follow_symlinks=False):
                    yield entry.path


def _of_the_user() -> Iterator[str]:
    """Files of the user's and the system's that git reads wherever it runs."""
    for name in ("GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM"):
        if os.environ.get(name):
            yield os.environ[name]
    own = os.environ.get("XDG_CONFIG_HOME") or os.path.expanduser("~/.config")  # noqa: PTH111
    yield from (os.path.join(own, "git", name) for name in ("config", "ignore", "attributes"))  # noqa: PTH118
    yield os.path.expanduser("~/.gitconfig")  # noqa: PTH111


def _named_by(roots: list[str]) -> str:
    """The first pipe that configurations or alternates name, or that an alternate holds."""
    todo = [os.path.join(root, name) for root in roots for name in ("config", "config.worktree")]  # noqa: PTH118
    todo += _of_the_user()
    todo += [os.path.join(root, "objects", "info", "alternates") for root in roots]  # noqa: PTH118
    seen: set[str] = set()
    while todo and len(seen) < _MAX_FILES:
        file = todo.pop()
        if file in seen:
            continue
        seen.add(file)
        if _waits(file):
            return file
        here = os.path.dirname(file)  # noqa: PTH120
        if os.path.basename(file) == "alternates":  # noqa: PTH119
            for line in _text_of(file).splitlines()[:_MAX_FILES]:
                store = os.path.join(os.path.dirname(here), line)  # noqa: PTH118, PTH120
                pipe = next(filter(_waits, _files(store)), "")
                if pipe:
                    return pipe
                todo.append(os.path.join(store, "info", "alternates"))  # noqa: PTH118
            continue
        for name in _NAMES_A_FILE.findall(os.fsencode(_text_of(file))):
            text = os.path.expanduser(os.fsdecode(name.strip()))  # noqa: PTH111
            todo.append(os.path.join(here, text))  # noqa: PTH118
    return ""


def _text_of(file: str) -> str:
    """The beginning of a file; empty for what cannot be read, and for what is no file."""
    try:
        with open_regular(file) as handle:
            return os.fsdecode(handle.read(_MAX_BYTES))
    except (OSError, ValueError):
        return ""
