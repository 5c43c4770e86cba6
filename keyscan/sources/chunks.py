"""Something too large to hold, cut into overlapping pieces that know where they stand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.model.blob import Blob, Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

# What is larger than this is read in pieces of about this size.
PIECE = 32 * 1024 * 1024


def pieces(
    read: Callable[[int], bytes], data: bytes, origin: Origin, overlap: int, size: int = PIECE
) -> Iterator[Blob]:
    """`data`, then what `read` still gives, `size` bytes at a time; a piece repeats `overlap` bytes of the last."""
    line = column = 1
    shared = 0
    while data:
        yield Blob(data, origin, line, column, shared)
        fresh = read(size)
        if not fresh:
            return
        gone, kept = data[:-overlap], data[-overlap:]
        last = gone.rpartition(b"\n")[2]
        newlines = gone.count(b"\n")
        column = len(last.decode("utf-8", "replace")) + (1 if newlines else column)
        line += newlines
        data, shared = kept + fresh, len(kept)
