"""The commits that a CI run is about, resolved in the repository that the run has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from keyscan.errors import IncompleteError
from keyscan.git import repository
from keyscan.sources.push import Update

if TYPE_CHECKING:
    from collections.abc import Container, Iterable

    from keyscan.git.command import Git
    from keyscan.sources.ci import CiScope

_GONE = "the base {base} is missing, as after a force push or in a shallow clone: {what}"
_SAME = "the base is the commit itself, so what is new is not known: all commits are scanned"
_REMEDY = "fetch the whole history (GitHub's checkout action: `fetch-depth: 0`; GitLab: `GIT_DEPTH: 0`)"


class Span(NamedTuple):
    """New commits: what `updates` bring beyond what `known` (options of `git rev-list`) reaches.

    `remark` says what was compared where that is not what the platform said.
    """

    updates: list[Update]
    known: tuple[str, ...] = ()
    remark: str = ""


def resolved(git: Git, scope: CiScope) -> Span:
    """The commits of a CI scope that is a range; without a base, those that its default branch does not have.

    After a force push the old tip may be gone: then, too, the default branch is what the commits are compared with. A
    head that is an annotated tag is an update of that tag, whose message counts. IncompleteError for what is missing:
    nothing may be called clean then.
    """
    new = repository.resolve(git, scope.head)
    if new is None:
        raise IncompleteError(f"the commit {scope.head} is missing; {_REMEDY}")
    # The tag itself, if it is one.
    head = git.ask("rev-parse", "--verify", "-q", "--end-of-options", scope.head) or new
    if scope.base:
        old = repository.resolve(git, scope.base)
        if old == new:
            # A build of the same commit again, for one: that there is nothing new does not make it clean.
            return Span([Update(b"", head, b"")], remark=_SAME)
        if old is not None:
            return Span([Update(b"", head, old)])
    tip = _default_tip(git, scope.default)
    if tip is None and scope.base:
        raise IncompleteError(f"the base {scope.base} is missing (rewritten, or a shallow clone?); {_REMEDY}")
    if tip is None:
        raise IncompleteError(f"the branch {scope.default} is missing; {_REMEDY}")
    if not scope.base:
        return Span([Update(b"", head, tip)])
    if git.ask("merge-base", "--is-ancestor", new.decode(), tip.decode()) is not None:
        # The push is in the default branch already: what else is new in it cannot be told.
        return Span([Update(b"", head, b"")], remark=_GONE.format(base=scope.base[:12], what="all commits are scanned"))
    what = f"the commits that {scope.default} does not have are scanned"
    return Span([Update(b"", head, tip)], remark=_GONE.format(base=scope.base[:12], what=what))


def _default_tip(git: Git, default: str) -> bytes | None:
    """The commit of the default branch, as the remote or else as this clone has it."""
    if not default:
        return None
    tips = (repository.resolve(git, f"refs/{place}/{default}") for place in ("remotes/origin", "heads"))
    return next((tip for tip in tips if tip is not None), None)


def changed(git: Git, span: Span, names: Iterable[str], anywhere: Iterable[str]) -> list[str]:
    """The files that differ between a span's base and its head and are among `names`, or below one of them.

    `anywhere` are names of files that count in any directory.
    """
    (update,) = span.updates
    new = update.new.decode() + "^{commit}"
    base = update.old and (git.ask("merge-base", update.old.decode(), new) or update.old)
    if not base:
        return []
    wanted, files = {os.fsencode(name.rstrip("/")) for name in names}, {os.fsencode(name) for name in anywhere}
    out = git.run("diff", "--name-only", "-z", "--no-ext-diff", "--no-renames", base.decode(), new)
    return [os.fsdecode(path) for path in out.split(b"\0") if path and _is_among(path, wanted, files)]


def _is_among(path: bytes, wanted: Container[bytes], files: Container[bytes]) -> bool:
    parts = path.split(b"/")
    return parts[-1] in files or any(b"/".join(parts[:count]) in wanted for count in range(1, len(parts) + 1))
