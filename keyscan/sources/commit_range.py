"""The commits that a CI run is about, resolved in the repository that the run has."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, NamedTuple

from keyscan.errors import GitError, IncompleteError
from keyscan.git import repository
from keyscan.git.command import PATHSPEC_MAGIC, from_top
from keyscan.sources.push import Update

if TYPE_CHECKING:
    from collections.abc import Collection, Container, Iterable

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


# Where a pipeline, and a script or a hook that one may run, starts keyscan: files and directories of files.
_CALLERS = (
    ".github", ".gitlab", ".gitlab-ci.yml", ".circleci", ".buildkite", ".woodpecker", ".azure-pipelines",
    ".azuredevops", "azure-pipelines.yml", "azure-pipelines.yaml", "bitbucket-pipelines.yml", ".travis.yml",
    ".drone.yml", ".woodpecker.yml", ".woodpecker.yaml", "Jenkinsfile", "Makefile", "Taskfile.yml", "justfile",
    "package.json", "tox.ini", "noxfile.py", ".pre-commit-config.yaml", ".pre-commit-config.yml", ".husky",
    "lefthook.yml",
)  # fmt: skip


class Changes(NamedTuple):
    """Files that differ between a span's base and its head: those that decide what is reported, those that run it."""

    deciding: tuple[str, ...] = ()
    calling: tuple[str, ...] = ()


def changed(git: Git, span: Span, names: Iterable[str], anywhere: Iterable[str]) -> Changes:
    """What a span changes among `names`, below and above one of them, and among the places that may start keyscan.

    `anywhere` are names of files that count in any directory. Case does not count, as on some file systems.
    """
    (update,) = span.updates
    new = git.ask("rev-parse", "--verify", "-q", update.new.decode() + "^{commit}")
    base = update.old and (git.ask("merge-base", update.old.decode(), update.new.decode()) or update.old)
    if not base or not new:
        return Changes()
    wanted = {os.fsencode(name.rstrip("/")).lower() for name in names}
    files = {os.fsencode(name).lower() for name in anywhere}
    out = git.run("diff", "--name-only", "-z", "--no-ext-diff", "--no-renames", base.decode(), new.decode())
    paths = [path for path in out.split(b"\0") if path]
    deciding = [path for path in paths if _is_among(path.lower(), wanted, files)]
    candidates = [path for path in paths if _may_call(path) and path not in deciding]
    calling = _callers(git, (base, new), candidates) if candidates else []
    return Changes(tuple(map(os.fsdecode, deciding)), tuple(map(os.fsdecode, calling)))


def _is_among(path: bytes, wanted: Collection[bytes], files: Container[bytes]) -> bool:
    parts = path.split(b"/")
    if parts[-1] in files or any(b"/".join(parts[:count]) in wanted for count in range(1, len(parts) + 1)):
        return True
    # A submodule that holds one of them, or a link or a file that took a directory's place.
    return any(name.startswith(path + b"/") for name in wanted)


def _may_call(path: bytes) -> bool:
    return path.partition(b"/")[0].decode("utf-8", "replace") in _CALLERS


def _callers(git: Git, commits: tuple[bytes, bytes], paths: list[bytes]) -> list[bytes]:
    """Those of `paths` that name keyscan in one of two commits; all of them where that cannot be told."""
    search = ("grep", "--full-name", "--no-color", "-l", "-z", "-i", "-a", "-F", "-e", "keyscan")
    places = map(from_top, _CALLERS)
    ids = [commit.decode() for commit in commits]
    try:
        out = git.run(PATHSPEC_MAGIC, *search, *ids, "--", *places, good=(0, 1))
    except GitError:
        # A blob is missing, for one.
        return paths
    named = {name.partition(b":")[2] for name in out.split(b"\0") if name}
    return [path for path in paths if path in named]
