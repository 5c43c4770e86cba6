"""Resolves the requested part of a history: revisions, tags, names, and whether only what commits add counts."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyscan.errors import IncompleteError, UsageError
from keyscan.git import objects, repository
from keyscan.git.objects import Listed, Selection
from keyscan.model.blob import Skip
from keyscan.sources.push import present

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from keyscan.git.command import Git
    from keyscan.sources.push import Update

_NOW = re.compile(r"\s*(now|today|0\s|\d{10,})", re.IGNORECASE)
_UNRESOLVED = (
    "{text}: '{part}' does not resolve to a commit here (rewritten, or a shallow clone?); fetch the whole history "
    "with `git fetch --unshallow` (GitHub's checkout action: `fetch-depth: 0`)"
)


@dataclass(frozen=True, slots=True)
class HistoryQuery:
    """The part of the history that the user asked for: all of it, unless a range, a date or branches are given."""

    range: str | None = None
    since: str | None = None
    branches: tuple[str, ...] = ()
    net: bool = False
    reflog: bool = False
    all_objects: bool = False
    allow_shallow: bool = False

    @property
    def ranged(self) -> bool:
        """Whether only what some commits add counts."""
        return self.range is not None or self.since is not None


@dataclass(frozen=True, slots=True)
class Scope:
    """A resolved query: the revisions, whether only what they add counts (`ranged`), and the ids where they end.

    `unsure`: those of `ends` that may lead to something other than a commit. `extra`: tags and other objects to read.
    `names`: names of refs to scan. `store`: every object in the store counts. `whole`: the scope is all that refs
    reach. `skips`: what could not be read while resolving.
    """

    selection: Selection
    ranged: bool = False
    ends: tuple[bytes, ...] = ()
    unsure: tuple[bytes, ...] = ()
    extra: tuple[Listed, ...] = ()
    names: tuple[bytes, ...] = ()
    store: bool = False
    whole: bool = False
    skips: tuple[Skip, ...] = ()


def resolve(git: Git, query: HistoryQuery) -> Scope:
    """The scope of `query`; IncompleteError for a revision that does not resolve, UsageError for a wrong date."""
    options = (since_option(git, query.since),) if query.since is not None else ()
    if query.range is not None:
        ids = _range(git, query.range)
        return Scope(Selection(options, ids), ranged=True, ends=tuple(i for i in ids if i[:1] != b"^"))
    if query.branches:
        ids = tuple(_resolved(git, name, f"--branch {name}") for name in query.branches)
        return Scope(Selection(options, ids), query.ranged, ids)
    options += ("--all", *(("--reflog",) if query.reflog else ()))
    selection = Selection(options, tuple(repository.hidden_tips(git)))
    refs = repository.refs(git)
    tags = _tags(git, (oid for _, kind, oid in refs if kind == b"tag"))
    names = tuple(name for name, _, _ in refs)
    ends = (*selection.ids, *(oid for _, _, oid in refs))
    if query.ranged:
        return Scope(selection, ranged=True, ends=ends)
    return Scope(
        selection,
        ends=ends,
        unsure=tuple(oid for _, kind, oid in refs if kind != b"commit"),
        extra=tags,
        names=names,
        store=query.all_objects,
        whole=not query.reflog and not query.all_objects,
    )


def of_updates(git: Git, updates: Sequence[Update], known: tuple[str, ...]) -> Scope:
    """The scope of pushed updates: the commits that `known` and the old values do not reach, tags, names."""
    new = [update.new for update in updates]
    here = present(git, (update.old for update in updates if update.old))
    kinds = dict(zip(new, git.kinds([oid + b"^{}" for oid in new]), strict=True))
    commits = tuple(oid for oid in new if kinds[oid] == b"commit")
    lost = [oid for oid in new if not kinds[oid]]
    if lost:
        raise IncompleteError(f"{lost[0].decode()} is pushed, but not in this repository")
    # A tag may point to a tree or a blob: all of that is new.
    others = tuple(oid for oid in new if kinds[oid] in {b"tree", b"blob"})
    listed = list(objects.reachable(git, Selection((), others))) if others else []
    files = (item for item in listed if isinstance(item, Listed))
    tagged = _tags(git, (oid for oid, kind in zip(new, git.kinds(new), strict=True) if kind == b"tag"))
    return Scope(
        Selection(known, (*commits, *(b"^" + oid for oid in here))),
        ranged=True,
        ends=commits,
        extra=(*tagged, *files),
        names=tuple(update.name for update in updates),
        skips=tuple(item for item in listed if isinstance(item, Skip)),
    )


def _tags(git: Git, ids: Iterable[bytes]) -> tuple[Listed, ...]:
    return tuple(Listed(oid, b"") for oid in repository.tags(git, ids))


def since_option(git: Git, since: str) -> str:
    """Git's option for commits since a date; UsageError for what is no date (git itself would take it for now)."""
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
    oid = repository.resolve(git, revision)
    if oid is None:
        raise IncompleteError(_UNRESOLVED.format(text=text, part=revision))
    return oid
