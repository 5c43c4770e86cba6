"""Which repositories a fleet has: from lists, from directories of clones, and after filters.

Forges are asked in `forges.py`.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from keyscan.errors import UsageError
from keyscan.fleet.model import Repository
from keyscan.support.globs import Globs

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

SCHEMES = frozenset({"https", "ssh", "file"})
# `user@host:path`, git's short form of ssh; no `::`, which names a remote helper.
_SCP = re.compile(r"(?:[A-Za-z0-9._-]+@)?(?P<host>[A-Za-z0-9][A-Za-z0-9.-]*):(?!:|//)(?P<path>[^\s].*)\Z")
# Directories nested deeper than this are not searched for clones.
_DEPTH = 4
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


def from_list(text: str, source: str, base: Path) -> list[Repository]:
    """The repositories of a list: one per line, a URL or a path (relative to `base`), then optionally a branch.

    `#` at a line's start or behind white space begins a comment. UsageError names `source` and the line.
    """
    repositories = []
    for number, line in enumerate(text.splitlines(), 1):
        words = re.sub(r"(?:^|\s)#.*", "", line).split()
        if not words:
            continue
        if len(words) > 2:  # noqa: PLR2004 - a location and a branch
            raise UsageError(f"{source}:{number}: expected a URL or path and optionally a branch")
        try:
            repository = located(words[0], base)
        except UsageError as error:
            raise UsageError(f"{source}:{number}: {error}") from None
        repositories.append(replace(repository, branch=words[1] if len(words) > 1 else ""))
    return repositories


def located(text: str, base: Path) -> Repository:
    """The repository at a URL or path; UsageError if it is neither, or a URL that must not be used."""
    if _CONTROL.search(text) or text.startswith("-"):
        raise UsageError("not a URL or path of a repository")
    if "::" in text.partition("/")[0]:
        raise UsageError("remote helpers (name::address) are not used; give an https, ssh or file URL")
    if "://" in text:
        return _from_url(text)
    scp = _SCP.match(text)
    if scp and not (base / text).exists():
        return Repository(name=_name(scp["path"]), location=text)
    path = (base / os.path.expanduser(text)).absolute()  # noqa: PTH111 - keeps a relative path relative to `base`
    return Repository(name=_name(path.as_posix()), location=str(path), local=True)


def _from_url(text: str) -> Repository:
    try:
        parts = urlsplit(text)
        host = parts.hostname or ""
    except ValueError:
        raise UsageError("not a valid URL") from None
    if parts.scheme not in SCHEMES:
        raise UsageError(f"{parts.scheme}: URLs are not used; give an https, ssh or file URL")
    if parts.password or (parts.username and parts.scheme != "ssh"):
        raise UsageError("a URL with credentials; put the token into an environment variable instead (docs/fleet.md)")
    if parts.scheme == "file":
        if host:
            raise UsageError("a file URL with a host")
        return Repository(name=_name(parts.path), location=text)
    if not host:
        raise UsageError("a URL without a host")
    # A query or fragment has no meaning to git, and could hold a token.
    return Repository(name=_name(parts.path), location=urlunsplit((parts.scheme, parts.netloc, parts.path, "", "")))


def _name(path: str) -> str:
    """`owner/name` of a path or URL path; the last part of a local one."""
    parts = [part for part in path.split("/") if part]
    return "/".join(parts[-2:]).removesuffix(".git") or path


def from_directory(directory: Path) -> list[Repository]:
    """The repositories at or below `directory`: work trees and bare repositories; links are not followed."""
    return [
        Repository(name=_relative(place, directory), location=str(place.absolute()), local=True)
        for place in sorted(_repositories(directory, _DEPTH))
    ]


def _relative(place: Path, directory: Path) -> str:
    return place.relative_to(directory).as_posix() if place != directory else place.absolute().name


def _repositories(directory: Path, depth: int) -> Iterator[Path]:
    if _is_repository(directory):
        yield directory
        return
    if not depth:
        return
    try:
        with os.scandir(directory) as listing:
            below = [Path(entry.path) for entry in listing if entry.is_dir(follow_symlinks=False)]
    except OSError as error:
        raise UsageError(f"{directory}: cannot be read: {error.strerror}") from None
    for inner in below:
        yield from _repositories(inner, depth - 1)


def _is_repository(directory: Path) -> bool:
    if (directory / ".git").exists():
        return True
    return (directory / "HEAD").is_file() and (directory / "objects").is_dir() and (directory / "refs").is_dir()


def stored_size(directory: Path) -> int:
    """The size in bytes of a repository's packs plus an estimate of its loose objects; 0 if unknown."""
    objects = _objects(directory)
    if objects is None:
        return 0
    # Loose objects are spread evenly over 256 directories: one of them tells of all, as git's own gc has it.
    return _bytes_in(objects / "pack") + 256 * _bytes_in(objects / "17")


def has_packs(directory: Path) -> bool:
    """Whether a repository has a pack of objects."""
    objects = _objects(directory)
    return objects is not None and any((objects / "pack").glob("*.pack"))


def _objects(directory: Path) -> Path | None:
    return next((place for place in (directory / ".git" / "objects", directory / "objects") if place.is_dir()), None)


def _bytes_in(directory: Path) -> int:
    try:
        with os.scandir(directory) as listing:
            return sum(entry.stat(follow_symlinks=False).st_size for entry in listing)
    except OSError:
        return 0


@dataclass(frozen=True, slots=True)
class Filters:
    """Which of the repositories found are audited; an unset filter (None, empty) lets everything pass."""

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    archived: bool = True
    forks: bool = True
    visibility: str = ""
    pushed_since: str = ""

    def reason(self, repository: Repository) -> str:
        """Why the repository is left out; empty if it is not."""
        name = repository.name
        if self.include and not Globs(self.include).match(name):
            return "no --include pattern matches its name"
        if self.exclude and Globs(self.exclude).match(name):
            return "an --exclude pattern matches its name"
        if not self.archived and repository.archived:
            return "archived"
        if not self.forks and repository.fork:
            return "a fork"
        if self.visibility and repository.visibility and repository.visibility != self.visibility:
            return f"its visibility is {repository.visibility}"
        if self.pushed_since and repository.pushed_at and repository.pushed_at[:10] < self.pushed_since:
            return f"last pushed {repository.pushed_at[:10]}"
        return ""


def distinct(repositories: Iterable[Repository]) -> list[Repository]:
    """Each repository once, the first of those with the same location and branch, in order."""
    first: dict[str, Repository] = {}
    for repository in repositories:
        key = repository.key.removesuffix("/").removesuffix(".git")
        first.setdefault(key, repository)
    return list(first.values())
