"""The commits that a CI run is about, resolved in the repository that the run has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from keyscan.errors import IncompleteError
from keyscan.git import repository
from keyscan.git.command import PATHSPEC_MAGIC, from_top
from keyscan.sources.push import Update

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.git.command import Git

_REMEDY = "fetch the whole history (GitHub's checkout action: `fetch-depth: 0`; GitLab: `GIT_DEPTH: 0`)"


class Span(NamedTuple):
    """New commits: what `updates` bring beyond what `known` (options of `git rev-list`) reaches."""

    updates: list[Update]
    known: tuple[str, ...]


def resolved(git: Git, base: str, head: str, default: str) -> Span:
    """The span from `base` to `head`; without a base, from where `default`, a branch's name, ends.

    IncompleteError for what is not here: nothing may be called clean then.
    """
    new = repository.resolve(git, head)
    if new is None:
        raise IncompleteError(f"the commit {head} is not here; {_REMEDY}")
    if base:
        old = repository.resolve(git, base)
        if old is None:
            raise IncompleteError(f"the base {base} is not here (rewritten, or a shallow clone?); {_REMEDY}")
        return Span([Update(b"", new, old)], ())
    for name in (f"refs/remotes/origin/{default}", f"refs/heads/{default}"):
        old = repository.resolve(git, name)
        if old is not None:
            return Span([Update(b"", new, old)], ())
    raise IncompleteError(f"the branch {default} is not here; {_REMEDY}")


def changed(git: Git, span: Span, names: Sequence[str]) -> list[str]:
    """Those files of `names` that differ between a span's base and its head."""
    (update,) = span.updates
    base = git.ask("merge-base", update.old.decode(), update.new.decode()) or update.old
    ends = (base.decode(), update.new.decode())
    options = ("--name-only", "-z", "--no-ext-diff", "--no-renames")
    out = git.run(PATHSPEC_MAGIC, "diff", *options, *ends, "--", *map(from_top, names))
    return [os.fsdecode(name) for name in out.split(b"\0") if name]
