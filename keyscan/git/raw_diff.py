"""Parser of `git diff-tree --stdin -r -c --raw -z --no-abbrev`: which commit wrote which blob at which path.

Uses bytes and integers only, so that mypyc can compile this module as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Container

_COLON: Final = 58
_GITLINK: Final = b"160000"

# A commit wrote a blob at a path: commit, path, blob, and the blobs that stood there in those parents that had it.
Write = tuple[bytes, bytes, bytes, tuple[bytes, ...]]


class RawDiffParser:
    """Parses output that arrives in chunks; yields only writes of the blobs in `wanted`, unless that is None."""

    def __init__(self, wanted: Container[bytes] | None = None) -> None:
        self._wanted = wanted
        self._rest = b""
        self._commit = b""
        # A record whose path has not arrived yet.
        self._pending = b""

    def feed(self, chunk: bytes) -> list[Write]:
        """The writes that are complete with `chunk`."""
        records = (self._rest + chunk).split(b"\0")
        self._rest = records.pop()
        writes: list[Write] = []
        record = self._pending
        for item in records:
            if record:
                write = self._write(record, item)
                if write is not None:
                    writes.append(write)
                record = b""
            elif item[:1] == b":":
                record = item
            else:
                self._commit = item
        self._pending = record
        return writes

    def _write(self, record: bytes, path: bytes) -> Write | None:
        if record[1] != _COLON:
            # `:100644 100755 OLD NEW M`: nearly all records, so cut by position.
            width = (len(record) - 18) // 2
            blob = record[16 + width : 16 + 2 * width]
            if not self._is_wanted(blob, record[8:14]):
                return None
            old = record[15 : 15 + width]
            return self._commit, path, blob, (() if _is_null(old) else (old,))
        fields = record.lstrip(b":").split(b" ")
        parents = len(record) - len(record.lstrip(b":"))
        blob = fields[parents * 2 + 1]
        if not self._is_wanted(blob, fields[parents]):
            return None
        return (
            self._commit,
            path,
            blob,
            tuple([oid for oid in fields[parents + 1 : parents * 2 + 1] if not _is_null(oid)]),
        )

    def _is_wanted(self, blob: bytes, mode: bytes) -> bool:
        return mode != _GITLINK and not _is_null(blob) and (self._wanted is None or blob in self._wanted)


def _is_null(oid: bytes) -> bool:
    """Whether an id is all zeros, which stands for no object."""
    return oid[:4] == b"0000" and not oid.strip(b"0")
