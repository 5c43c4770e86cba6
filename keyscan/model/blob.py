"""Bytes to scan and where they are from, or why they were not read."""

from __future__ import annotations

from dataclasses import dataclass, field

# Contents larger than this many bytes are read and scanned in chunks of about this size.
CHUNK_SIZE = 32 * 1024 * 1024


def decode_path(path: bytes) -> str:
    """A path as text: UTF-8, with surrogates for bytes that are not, so that nothing is lost."""
    return path.decode("utf-8", "surrogateescape")


@dataclass(frozen=True, slots=True)
class Origin:
    """Where bytes are from.

    `path` is relative to the repository's root (or as the user named it), with forward slashes, decoded
    as UTF-8 with surrogates for bytes that are not.
    `commit` and its fields are set for history only. `kind` is file, stdin, commit-message, tag-message, ref.
    `member` is what `path` ends in when that leads into an archive: `!/` and the member's name.
    `named`: the user named the file itself, so that no pattern excludes it. `outside`: how many characters of `path`
    lead to the scanned directory: `place` is what is left.
    """

    path: str
    kind: str = "file"
    commit: str | None = None
    author: str | None = None
    email: str | None = None
    date: str | None = None
    blob: str | None = None
    member: str = ""
    named: bool = False
    outside: int = 0

    @property
    def place(self) -> str:
        """The path below the directory that is scanned: what says of which kind the file is."""
        return self.path[self.outside :] if self.outside else self.path

    @property
    def file(self) -> str:
        """The path of the file itself: of the archive for what is inside one."""
        return self.path.removesuffix(self.member) if self.member else self.path


@dataclass(frozen=True, slots=True)
class Blob:
    """Bytes to scan, and where they are from; the bytes may hold secrets, so `repr` hides them.

    A piece of something larger says the line and column of its first byte, and how many of its first bytes
    the piece before had too.
    """

    data: bytes = field(repr=False)
    origin: Origin
    line: int = 1
    column: int = 1
    overlap: int = 0


@dataclass(frozen=True, slots=True)
class Skip:
    """Something that was not read, or not wholly, and why.

    `incomplete`: the user asked for it, so the scan can't be called complete (exit 3).
    """

    path: str
    reason: str
    incomplete: bool = False
