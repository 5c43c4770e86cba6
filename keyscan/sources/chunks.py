"""Splits contents that are too large to hold into overlapping chunks that know their position."""

from __future__ import annotations

from typing import TYPE_CHECKING

from keyscan.model.blob import CHUNK_SIZE, Blob, Origin

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def chunks(
    read: Callable[[int], bytes], data: bytes, origin: Origin, overlap: int, size: int = CHUNK_SIZE
) -> Iterator[Blob]:
    """`data`, then what `read` still gives, `size` bytes at a time; a chunk repeats `overlap` bytes of the last one."""
    line = column = 1
    shared = 0
    while data:
        yield Blob(data, origin, line, column, shared)
        fresh = read(size)
        if not fresh:
            return
        gone, kept = data[:-overlap], data[-overlap:]
        last_line = gone.rpartition(b"\n")[2]
        newlines = gone.count(b"\n")
        column = len(last_line.decode("utf-8", "replace")) + (1 if newlines else column)
        line += newlines
        data, shared = kept + fresh, len(kept)
