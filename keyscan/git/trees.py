"""Which blobs are in the tree of a commit or at the tips of refs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.git.output import Output

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyscan.git.command import Git


def blobs_at(git: Git, tree: bytes) -> set[bytes]:
    """The ids of all blobs in the tree of a commit; GitError if git cannot read all of it."""
    blobs = set()
    with Output(git, "ls-tree", "-r", "-z", "--full-tree", tree.decode()) as out:
        for record in out.records(b"\0"):
            blobs.add(record.partition(b"\t")[0].rpartition(b" ")[2])
        out.check()
    return blobs


def blobs_at_tips(git: Git) -> set[bytes]:
    """The ids of all blobs in the tree of any branch's or tag's tip."""
    refs = ("--branches", "--remotes", "--tags")
    options = ("--objects", "--no-walk", *refs, "--missing=print", "--filter=object:type=blob")
    with Output(git, "rev-list", *options, "--filter-provided-objects") as out:
        return {line.partition(b" ")[0] for line in out.records(b"\n")}


def still_present(
    git: Git, refs: Sequence[tuple[bytes, bytes]], locations: Sequence[tuple[bytes, bytes]]
) -> Iterator[tuple[bytes, bytes]]:
    """(ref, blob) for each of `refs`, (name, id), whose tip has one of `locations`, (path, blob)."""
    asked = [(name, oid, path, blob) for name, oid in refs for path, blob in locations if b"\n" not in path]
    names = [oid + b":" + path for _, oid, path, _ in asked]
    with Output(git, "cat-file", "--batch-check=%(objectname)", "--buffer", lines=names) as out:
        for (name, _, _, blob), answer in zip(asked, out.records(b"\n"), strict=False):
            if answer == blob:
                yield name, blob
