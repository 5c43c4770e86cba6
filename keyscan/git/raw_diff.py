"""What `git diff-tree --stdin -r -c --raw -z --no-abbrev` prints, cut into what was written where.

Pure functions of bytes, so that mypyc can compile this module as it stands.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Container

_COLON: Final = 58
_LINK: Final = b"160000"

# A commit wrote a blob at a path: commit, path, blob, and the blobs that stood there in those parents that had it.
Write = tuple[bytes, bytes, bytes, tuple[bytes, ...]]


class Cutter:
    """Cuts output that comes in chunks; of the blobs in `wanted` only, unless that is None."""

    def __init__(self, wanted: Container[bytes] | None = None) -> None:
        self._wanted = wanted
        self._rest = b""
        self._commit = b""
        # A record that ended with the last chunk, before its path.
        self._open = b""

    def feed(self, chunk: bytes) -> list[Write]:
        """What was written, as far as `chunk` tells."""
        records = (self._rest + chunk).split(b"\0")
        self._rest = records.pop()
        found: list[Write] = []
        record = self._open
        for item in records:
            if record:
                one = self._write(record, item)
                if one is not None:
                    found.append(one)
                record = b""
            elif item[:1] == b":":
                record = item
            else:
                self._commit = item
        self._open = record
        return found

    def _write(self, record: bytes, path: bytes) -> Write | None:
        if record[1] != _COLON:
            # `:100644 100755 OLD NEW M`: nearly all there is, so cut by place.
            width = (len(record) - 18) // 2
            blob = record[16 + width : 16 + 2 * width]
            if not self._counts(blob, record[8:14]):
                return None
            old = record[15 : 15 + width]
            return self._commit, path, blob, (() if _none(old) else (old,))
        fields = record.lstrip(b":").split(b" ")
        parents = len(record) - len(record.lstrip(b":"))
        blob = fields[parents * 2 + 1]
        if not self._counts(blob, fields[parents]):
            return None
        return self._commit, path, blob, tuple([oid for oid in fields[parents + 1 : parents * 2 + 1] if not _none(oid)])

    def _counts(self, blob: bytes, mode: bytes) -> bool:
        return mode != _LINK and not _none(blob) and (self._wanted is None or blob in self._wanted)


def _none(oid: bytes) -> bool:
    """Whether an id is all zeros: no object."""
    return oid[:4] == b"0000" and not oid.strip(b"0")
