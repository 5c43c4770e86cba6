"""Which refs still have a blob at their tip."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from keyscan.git import repository, trees
from keyscan.model.blob import decode_path

if TYPE_CHECKING:
    from collections.abc import Sequence

    from keyscan.git.command import Git

# Lookups (ref, path) that git is asked for to learn which refs still have a secret: branches, and then other refs.
_MAX_LOOKUPS = 2_000
_MAX_LATER_LOOKUPS = 500
_PREFIXES = (b"refs/heads/", b"refs/remotes/", b"refs/")


@dataclass(frozen=True, slots=True)
class RefTips:
    """The blobs in the tree of HEAD, and for some blobs the short names of the other refs that have them."""

    head: frozenset[bytes] = frozenset()
    refs: dict[bytes, list[str]] = field(default_factory=dict)


def ref_tips(git: Git, locations: Sequence[tuple[bytes, bytes]]) -> RefTips:
    """Where the blobs of `locations`, (path, blob), still are; other refs than HEAD within a number of lookups."""
    if not locations:
        return RefTips()
    head_commit = repository.resolve(git, "HEAD")
    head = frozenset(trees.blobs_at(git, head_commit)) if head_commit else frozenset()
    current = git.ask("symbolic-ref", "-q", "HEAD")
    refs = [(name, oid) for name, _, oid in repository.refs(git) if name != current and not name.endswith(b"/HEAD")]
    branches = [ref for ref in refs if ref[0].startswith((b"refs/heads/", b"refs/remotes/"))]
    at_tips = locations
    if len(refs) * len(locations) > _MAX_LOOKUPS:
        # A blob that no branch or tag has may still be a pull request's: those are many, and asked last.
        blobs = trees.blobs_at_tips(git)
        at_tips = [location for location in locations if location[1] in blobs]
    names = _lookup(git, branches, at_tips, _MAX_LOOKUPS)
    missing = [location for location in locations if location[1] not in head and location[1] not in names]
    known = set(branches)
    names.update(_lookup(git, [ref for ref in refs if ref not in known], missing, _MAX_LATER_LOOKUPS))
    return RefTips(head, names)


def _lookup(
    git: Git, refs: Sequence[tuple[bytes, bytes]], locations: Sequence[tuple[bytes, bytes]], most: int
) -> dict[bytes, list[str]]:
    """For each blob of `locations` the refs that have it there, as far as `most` lookups tell."""
    names: dict[bytes, list[str]] = {}
    if locations:
        for ref, blob in trees.still_present(git, refs[: max(1, most // len(locations))], locations):
            names.setdefault(blob, []).append(_short(ref))
    return names


def _short(ref: bytes) -> str:
    prefix = next((prefix for prefix in _PREFIXES if ref.startswith(prefix)), b"")
    return decode_path(ref[len(prefix) :])
