"""Facts on a repository: its directories, whether it is shallow or grafted, the width of its ids, its refs."""

from __future__ import annotations

import os
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyscan.errors import GitError
from keyscan.model.blob import Skip
from keyscan.support.regular_file import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyscan.git.command import Git

# Refs that each worktree has to itself, as files unless the repository keeps refs in tables.
_OF_A_WORKTREE = (b"bisect", b"rewritten", b"worktree")
SHALLOW = "shallow clone: commits before its boundary are missing; fetch them with `git fetch --unshallow` "
SHALLOW += "(GitHub's checkout action: `fetch-depth: 0`)"
GRAFTED = "grafted history (info/grafts): commits behind the grafts are not read; remove the file, see `git replace`"


@dataclass(frozen=True, slots=True)
class Repository:
    """The facts: directories as git names them, whether bare and shallow, and the hash of its ids."""

    git_dir: str
    common_dir: str
    bare: bool
    shallow: bool
    object_format: str

    @property
    def id_width(self) -> int:
        """The bytes of an object id."""
        return 32 if self.object_format == "sha256" else 20

    @property
    def grafted(self) -> bool:
        """Whether info/grafts has a graft."""
        file = os.path.join(self.common_dir, "info", "grafts")  # noqa: PTH118
        try:
            with open_regular(file) as handle:
                return any(line.strip() and not line.startswith(b"#") for line in handle)
        except OSError:
            return False

    def gaps(self) -> Iterator[Skip]:
        """What is missing of the history, with the remedy."""
        if self.shallow:
            yield Skip("history", SHALLOW, incomplete=True)
        if self.grafted:
            yield Skip("history", GRAFTED, incomplete=True)


def inspect(git: Git) -> Repository:
    """The facts on the repository; GitError when there is none, or when git refuses it."""
    asked = ("--absolute-git-dir", "--git-common-dir", "--is-bare-repository", "--is-shallow-repository")
    lines = os.fsdecode(git.run("rev-parse", *asked, "--show-object-format")).splitlines()
    if len(lines) != len(asked) + 1:
        raise GitError(f"{git.directory}: git does not say what this repository is")
    git_dir, common, bare, shallow, kind = lines
    common = os.path.normpath(os.path.join(git.directory, common))  # noqa: PTH118
    return Repository(git_dir, common, bare == "true", shallow == "true", kind)


def partial(git: Git) -> bool:
    """Whether this is a partial clone, whose objects may be missing without being lost."""
    return bool(git.ask("config", "--get-regexp", r"^(extensions\.partialclone|remote\..*\.promisor)$"))


def shallow_commits(repository: Repository) -> set[bytes]:
    """The commits whose parents a shallow clone lacks."""
    try:
        with open_regular(os.path.join(repository.common_dir, "shallow")) as handle:  # noqa: PTH118
            return set(handle.read().split())
    except OSError:
        return set()


def hidden_tips(git: Git) -> list[bytes]:
    """Commits that `--all` leaves out but that are in use: older stash entries, HEADs and own refs of worktrees."""
    tips = (git.ask("rev-parse", "--verify", "-q", "HEAD^{commit}") or b"").split()
    tips += (git.ask("log", "--walk-reflogs", "--format=%H", "refs/stash", "--") or b"").split()
    listed = git.ask("worktree", "list", "--porcelain") or b""
    tips += [line[5:] for line in listed.split(b"\n") if line.startswith(b"HEAD ") and line[5:].strip(b"0")]
    names = [name + b"^{commit}" for name in _refs_of_worktrees(git)]
    if names:
        tips += filter(None, git.ids(names))
    return list(dict.fromkeys(tips))


def _refs_of_worktrees(git: Git) -> list[bytes]:
    """The refs that one worktree has to itself (refs/bisect and the like), as every worktree may name them."""
    common = os.path.join(os.fsencode(git.directory), git.ask("rev-parse", "--git-common-dir") or b"")  # noqa: PTH118
    roots = [(b"main-worktree", common)]
    with suppress(OSError):
        own = os.path.join(common, b"worktrees")  # noqa: PTH118
        roots += [(b"worktrees/" + name, os.path.join(own, name)) for name in sorted(os.listdir(own))]  # noqa: PTH118, PTH208
    names = []
    for prefix, root in roots:
        if os.path.isdir(os.path.join(root, b"reftable")):  # noqa: PTH112, PTH118
            names += [prefix + b"/" + name for name in _refs_in_tables(git, root)]
            continue
        for kind in _OF_A_WORKTREE:
            for place, _, files in os.walk(os.path.join(root, b"refs", kind)):  # noqa: PTH118
                names += [prefix + os.path.join(place, name)[len(root) :] for name in files]  # noqa: PTH118
    return [name.replace(os.sep.encode(), b"/") for name in sorted(names) if b"\n" not in name]


def _refs_in_tables(git: Git, root: bytes) -> list[bytes]:
    """The refs that the worktree whose git directory is `root` has to itself, as it names them; GitError if unreadable.

    Git reads the tables of a worktree that it takes for a repository of its own.
    """
    kinds = [f"refs/{kind.decode()}" for kind in _OF_A_WORKTREE]
    place = f"--git-dir={os.fsdecode(os.path.abspath(root))}"  # noqa: PTH100
    try:
        return git.run(place, "for-each-ref", "--format=%(refname)", *kinds).split()
    except GitError as error:
        raise GitError(
            f"the refs of a worktree cannot be read, see `git worktree prune`: {place[10:]}: {error}"
        ) from error


def refs(git: Git) -> list[tuple[bytes, bytes, bytes]]:
    """(name, type, id) of every ref."""
    out = git.run("for-each-ref", "--format=%(refname) %(objecttype) %(objectname)")
    return [tuple(line.split(b" ")) for line in out.splitlines()]  # type: ignore[misc]


def resolve(git: Git, revision: str) -> bytes | None:
    """The id of the commit that `revision` names; None when it does not resolve."""
    if revision.startswith("-"):
        return None
    return git.ask("rev-parse", "--verify", "-q", "--end-of-options", f"{revision}^{{commit}}")


def tags(git: Git, ids: Iterable[bytes]) -> list[bytes]:
    """`ids` of annotated tags, and the tags that those point to, and so on."""
    unique = dict.fromkeys(ids)
    todo = list(unique)
    while todo:
        contents = [answer[1] for answer in git.objects(todo) if answer is not None]
        inner = [data[7 : data.index(b"\n")] for data in contents if b"\ntype tag\n" in data]
        todo = [oid for oid in inner if oid not in unique]
        unique.update(dict.fromkeys(todo))
    return list(unique)
