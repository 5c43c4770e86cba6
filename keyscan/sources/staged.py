"""The index: exactly what the next commit would contain.

`git diff --cached` lists what differs from HEAD (from nothing, before the first commit), reading the index that
GIT_INDEX_FILE names; the blobs come from the object store. The working tree is never looked at.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING

from keyscan.git.added_lines import common, lines
from keyscan.git.command import from_top
from keyscan.git.settings import STAGED
from keyscan.model.blob import Blob, Origin, Skip, decode_path
from keyscan.support.regular_file import open_regular

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.git.command import Git

_GITLINK = b"160000"
_SYMLINK = b"120000"
_UNMERGED = "unmerged: resolve it before the commit"


@dataclass(frozen=True, slots=True)
class Entry:
    """A path in the index that differs from HEAD: the id of its new blob."""

    path: bytes
    mode: bytes
    oid: bytes


def entries(git: Git) -> list[Entry]:
    """The staged entries: added, changed and type-changed paths; deletions have nothing to scan."""
    out = git.run(*STAGED)
    fields = out.split(b"\0")
    listed = []
    for head, path in zip(fields[0::2], fields[1::2], strict=False):
        _, mode, _, oid, _status = head.split()
        listed.append(Entry(path, mode, oid))
    return listed


def blobs(git: Git, staged: list[Entry]) -> Iterator[Blob | Skip]:
    """The staged blobs; gitlinks, intent-to-add and unmerged paths are named instead."""
    yield from with_files(git, staged, ())[1]


def with_files(
    git: Git, staged: list[Entry], names: tuple[str, ...]
) -> tuple[dict[str, bytes | None], list[Blob | Skip]]:
    """The index's files `names` (None: not there) and the staged blobs, read by one git."""
    reasons = [_not_a_blob(entry) for entry in staged]
    wanted = [entry for entry, reason in zip(staged, reasons, strict=True) if not reason]
    contents = list(git.objects([*(f":{name}".encode() for name in names), *(entry.oid for entry in wanted)]))
    files = {name: one[1] if one else None for name, one in zip(names, contents, strict=False)}
    items: list[Blob | Skip] = [
        Skip(decode_path(entry.path), reason, incomplete=reason == _UNMERGED)
        for entry, reason in zip(staged, reasons, strict=True)
        if reason
    ]
    items.extend(_blobs(wanted, contents[len(names) :]))
    return files, items


def _blobs(wanted: list[Entry], objects: list[tuple[bytes, bytes] | None]) -> Iterator[Blob | Skip]:
    for entry, content in zip(wanted, objects, strict=True):
        path = decode_path(entry.path)
        if content is None:
            yield Skip(path, "its blob is missing from the object store", incomplete=True)
        else:
            yield Blob(content[1], Origin(path, blob=entry.oid.decode()))


def _not_a_blob(entry: Entry) -> str | None:
    if entry.mode == _GITLINK:
        return "submodule: not followed; run keyscan in it"
    if not entry.oid.strip(b"0"):
        return _UNMERGED if entry.mode == b"000000" else "intent to add: no content yet"
    return None


def added_lines(git: Git, path: bytes) -> list[range] | None:
    """The staged lines of `path` that are in no parent of the commit to be, as ranges from 1.

    The parents are HEAD and, while a merge is in progress, each MERGE_HEAD. None: all lines are new.
    """
    name = os.fsdecode(path)
    return common(lines(git, "--cached", parent, "--", from_top(name)) for parent in parents(git))


def parents(git: Git) -> list[str]:
    """HEAD, unless unborn, and the other parents of a merge in progress."""
    revisions = ["HEAD"] if git.ask("rev-parse", "--verify", "-q", "HEAD") else []
    where = git.ask("rev-parse", "--git-path", "MERGE_HEAD")
    if where:
        file = os.path.join(git.directory, os.fsdecode(where))  # noqa: PTH118 - git's own bytes
        if os.path.exists(file):  # noqa: PTH110
            with open_regular(file) as handle:
                revisions.extend(handle.read().decode("ascii").split())
    return revisions
