"""Where blobs came in: the commits that wrote them, at which path, against which earlier versions.

`git diff-tree -c` shows for a merge only what differs from every parent: what the merge itself brought in.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from keyscan.git.objects import complaint
from keyscan.git.output import Output
from keyscan.git.raw_diff import Cutter

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence

    from keyscan.git.command import Git
    from keyscan.git.raw_diff import Write
    from keyscan.model.blob import Skip

# Commits that a worker takes at a time.
BATCH = 2000
_DIFF = ("diff-tree", "--stdin", "-r", "-c", "--root", "--raw", "-z", "--no-abbrev", "--no-renames", "--no-ext-diff")


class Introduced(NamedTuple):
    """A commit wrote `blob` at `path`; `parents` are the blobs that stood there in those of its parents that had it."""

    commit: bytes
    path: bytes
    blob: bytes
    parents: tuple[bytes, ...]


class Commit(NamedTuple):
    """What is told of a commit; the mailmap is applied."""

    author: str
    email: str
    date: str


def introduced(
    git: Git, commits: Iterable[bytes], wanted: Container[bytes] | None, trouble: list[Skip]
) -> Iterator[Introduced]:
    """What each of `commits` wrote, of the blobs in `wanted` (None: all)."""
    for item in writes(git, commits, wanted, trouble):
        yield Introduced(*item)


def writes(git: Git, commits: Iterable[bytes], wanted: Container[bytes] | None, trouble: list[Skip]) -> Iterator[Write]:
    """The same as plain tuples, which for a whole history takes half the time."""
    cutter = Cutter(wanted)
    with Output(git, *_DIFF, lines=commits) as out:
        for chunk in out.chunks():
            yield from cutter.feed(chunk)
        trouble.extend(complaint(text) for text in out.complaints())


def details(git: Git, commits: Sequence[bytes]) -> dict[bytes, Commit]:
    """The author, e-mail and date of each of `commits`."""
    if not commits:
        return {}
    found = {}
    options = ("--no-walk=unsorted", "--stdin", "-s", "-z", "--format=%H%x00%aN%x00%aE%x00%aI")
    with Output(git, "log", *options, lines=commits) as out:
        fields = list(out.records(b"\0"))
        out.check()
    for oid, *texts in zip(fields[0::4], fields[1::4], fields[2::4], fields[3::4], strict=False):
        found[oid] = Commit(*(text.decode("utf-8", "replace") for text in texts))
    return found


def blobs_at(git: Git, tree: bytes) -> set[bytes]:
    """The ids of all blobs in the tree of a commit."""
    found = set()
    with Output(git, "ls-tree", "-r", "-z", tree.decode()) as out:
        for record in out.records(b"\0"):
            found.add(record.partition(b"\t")[0].rpartition(b" ")[2])
        out.check()
    return found


def at_tips(git: Git) -> set[bytes]:
    """The ids of all blobs in the tree of any branch's or tag's tip."""
    refs = ("--branches", "--remotes", "--tags")
    options = ("--objects", "--no-walk", *refs, "--missing=print", "--filter=object:type=blob")
    with Output(git, "rev-list", *options, "--filter-provided-objects") as out:
        return {line.partition(b" ")[0] for line in out.records(b"\n")}


def standing(
    git: Git, refs: Sequence[tuple[bytes, bytes]], places: Sequence[tuple[bytes, bytes]]
) -> Iterator[tuple[bytes, bytes]]:
    """(ref, blob) for each of `refs`, (name, id), at whose tip one of `places`, (path, blob), still stands."""
    asked = [(name, oid, path, blob) for name, oid in refs for path, blob in places if b"\n" not in path]
    names = [oid + b":" + path for _, oid, path, _ in asked]
    with Output(git, "cat-file", "--batch-check=%(objectname)", "--buffer", lines=names) as out:
        for (name, _, _, blob), answer in zip(asked, out.records(b"\n"), strict=False):
            if answer == blob:
                yield name, blob
