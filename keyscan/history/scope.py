"""What of a repository's history is wanted, resolved: revisions, tags, names, whether only what commits add counts."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyscan.errors import IncompleteError, UsageError
from keyscan.git import objects, repository
from keyscan.git.objects import Listed, Selection
from keyscan.sources.push import present

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyscan.git.command import Git
    from keyscan.model.blob import Skip
    from keyscan.sources.push import Update

_NOW = re.compile(r"\s*(now|today|0\s|\d{10,})", re.IGNORECASE)
_UNRESOLVED = (
    "{text}: '{part}' does not resolve to a commit here (rewritten, or a shallow clone?); fetch the whole history "
    "with `git fetch --unshallow` (GitHub's checkout action: `fetch-depth: 0`)"
)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which part of the history. All of it, unless a range, a date or branches are given."""

    range: str | None = None
    since: str | None = None
    branches: tuple[str, ...] = ()
    net: bool = False
    reflog: bool = False
    all_objects: bool = False
    allow_shallow: bool = False

    @property
    def ranged(self) -> bool:
        """Whether only what some commits add is wanted."""
        return self.range is not None or self.since is not None


@dataclass(frozen=True, slots=True)
class Scope:
    """A resolved wish: the revisions, whether only what they add counts, where a range ends, more to read.

    `unsure`: those of `ends` that may lead to something else than a commit.
    """

    selection: Selection
    ranged: bool = False
    ends: tuple[bytes, ...] = ()
    unsure: tuple[bytes, ...] = ()
    extra: tuple[Listed, ...] = ()
    names: tuple[bytes, ...] = ()
    store: bool = False
    whole: bool = False
    trouble: tuple[Skip, ...] = ()


def resolve(git: Git, wanted: Wanted) -> Scope:
    """`wanted` resolved in the repository; IncompleteError for what does not resolve, UsageError for what can't."""
    options = (since_option(git, wanted.since),) if wanted.since is not None else ()
    if wanted.range is not None:
        ids = _range(git, wanted.range)
        return Scope(Selection(options, ids), ranged=True, ends=tuple(i for i in ids if i[:1] != b"^"))
    if wanted.branches:
        ids = tuple(_resolved(git, name, f"--branch {name}") for name in wanted.branches)
        return Scope(Selection(options, ids), wanted.ranged, ids)
    options += ("--all", *(("--reflog",) if wanted.reflog else ()))
    selection = Selection(options, tuple(repository.hidden_tips(git)))
    refs = repository.refs(git)
    tags = _tags(git, (oid for _, kind, oid in refs if kind == b"tag"))
    names = tuple(name for name, _, _ in refs)
    ends = (*selection.ids, *(oid for _, _, oid in refs))
    if wanted.ranged:
        return Scope(selection, ranged=True, ends=ends)
    return Scope(
        selection,
        ends=ends,
        unsure=tuple(oid for _, kind, oid in refs if kind != b"commit"),
        extra=tags,
        names=names,
        store=wanted.all_objects,
        whole=not wanted.reflog and not wanted.all_objects,
    )


def of_updates(git: Git, updates: Sequence[Update], known: tuple[str, ...]) -> Scope:
    """What pushed updates bring: the commits that `known` and the old values do not reach, tags, names."""
    new = [update.new for update in updates]
    here = present(git, (update.old for update in updates if update.old))
    kinds = dict(zip(new, git.kinds([oid + b"^{}" for oid in new]), strict=True))
    commits = tuple(oid for oid in new if kinds[oid] == b"commit")
    lost = [oid for oid in new if not kinds[oid]]
    if lost:
        raise IncompleteError(f"{lost[0].decode()} is pushed, but not in this repository")
    # A tag may point to a tree or a blob: all of that is new.
    trouble: list[Skip] = []
    others = [oid for oid in new if kinds[oid] in {b"tree", b"blob"}]
    files = objects.reachable(git, Selection((), tuple(others)), trouble) if others else ()
    tagged = _tags(git, (oid for oid, kind in zip(new, git.kinds(new), strict=True) if kind == b"tag"))
    return Scope(
        Selection(known, (*commits, *(b"^" + oid for oid in here))),
        ranged=True,
        ends=commits,
        extra=(*tagged, *files),
        names=tuple(update.name for update in updates),
        trouble=tuple(trouble),
    )


def _tags(git: Git, ids: Iterable[bytes]) -> tuple[Listed, ...]:
    return tuple(Listed(oid, b"") for oid in repository.tags(git, ids))


def since_option(git: Git, since: str) -> str:
    """Git's option for commits since a date; UsageError when it is no date (git itself takes that for now)."""
    answer = git.ask("rev-parse", f"--since={since}") or b""
    seconds = answer.rpartition(b"=")[2]
    if not seconds.isdigit() or (int(seconds) > time.time() - 5 and not _NOW.match(since)):
        raise UsageError(f"--since {since}: not a date (write 2026-01-31 or '2 weeks ago')")
    return f"--max-age={seconds.decode()}"


def _range(git: Git, text: str) -> tuple[bytes, ...]:
    """`A..B`, `A...B`, or one revision for all that it reaches, as ids."""
    left, dots, right = text.partition("...") if "..." in text else text.partition("..")
    if not dots:
        return (_resolved(git, text, f"range {text}"),)
    start, end = (_resolved(git, part or "HEAD", f"range {text}") for part in (left, right))
    if dots == "..":
        return end, b"^" + start
    bases = (git.ask("merge-base", "--all", start.decode(), end.decode()) or b"").split()
    return start, end, *(b"^" + base for base in bases)


def _resolved(git: Git, revision: str, text: str) -> bytes:
    found = repository.resolve(git, revision)
    if found is None:
        raise IncompleteError(_UNRESOLVED.format(text=text, part=revision))
    return found
