"""Reads the texts that contain findings once more: files, blobs and messages of a history, standard input."""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.errors import GitError
from keyscan.model.blob import Blob, Origin, Skip

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyscan.model.finding import Finding

_OVERLAP = 1 << 16
_LARGEST_OBJECT = 64 << 20


def blobs_of(findings: Iterable[Finding], root: str, stdin: Blob | None = None) -> Iterator[Blob]:
    """The contents of every place that the findings name, each once; what cannot be read any more is left out.

    `root` is the repository's root: files are looked for from here, then from there.
    """
    origins: list[Origin] = []
    for finding in findings:
        origins.append(finding.origin)
        if not finding.origin.commit:
            origins += [Origin(other.path) for other in finding.related if other.path and not other.commit]
    if stdin is not None:
        yield stdin
    yield from blobs_at(origins, root)


def blobs_at(origins: Iterable[Origin], root: str) -> Iterator[Blob]:
    """The contents of these places, each once."""
    files: dict[str, None] = {}
    objects: dict[str, Origin] = {}
    for origin in origins:
        if origin.blob or origin.commit:
            objects.setdefault(_object_of(origin), origin)
        elif origin.kind != "stdin":
            files.setdefault(origin.file)
    yield from _of_files(files, root)
    yield from _of_objects(objects, root)


def _object_of(origin: Origin) -> str:
    """The git revision of the object that contains a finding of a history."""
    if origin.blob:
        return origin.blob
    if origin.kind in {"commit-message", "tag-message"}:
        return origin.commit or ""
    return f"{origin.commit}:{origin.file}"


def _of_files(names: Iterable[str], root: str) -> Iterator[Blob]:
    from keyscan.sources import files, safe_read

    for name in names:
        for place in dict.fromkeys((name, os.path.join(root, name))):  # noqa: PTH118
            native = os.fsdecode(name.encode("utf-8", "surrogateescape")) if place == name else place
            if not os.path.isfile(native):  # noqa: PTH113
                continue
            blobs = safe_read.read(files.Target(native, name), _OVERLAP)
            yield from (blob for blob in blobs if not isinstance(blob, Skip))
            break


def _of_objects(objects: dict[str, Origin], root: str) -> Iterator[Blob]:
    from keyscan.git.command import Git

    names = [name for name in objects if "\n" not in name and not name.startswith("-")]
    if not names:
        return
    asked = [name.encode("utf-8", "surrogateescape") for name in names]
    try:
        for name, contents in zip(names, Git(root).objects(asked), strict=True):
            if contents is not None and len(contents[1]) <= _LARGEST_OBJECT:
                origin = objects[name]
                place = replace(origin, path=origin.file, member="")
                yield Blob(contents[1], place)
    except (GitError, ValueError):
        return
