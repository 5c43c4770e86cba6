"""What the bytes of a file are: an archive of others, a notebook, text in UTF-16, or just the bytes themselves."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from keyscan.engine.decoders import archive
from keyscan.engine.decoders import unicode as utf
from keyscan.engine.decoders.signatures import BYTE_ORDER_MARKS, LFS_POINTERS, enclosed, is_text

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MARKS = frozenset(BYTE_ORDER_MARKS)
# What begins otherwise is plain, but for few things: that spares most texts most questions.
_TELLING = _MARKS | archive.FIRSTS | {b"{", LFS_POINTERS[0][:1]}
# Why a pointer of Git LFS is named: it is scanned, and what it points to is not.
LFS_REASON = "a Git LFS pointer: the content that it stands for is not in the repository and was not read"


class Content(NamedTuple):
    """A text to scan; the name of its encoding if that is not UTF-8; the cell at an offset, for notebooks."""

    data: bytes
    stored: str = ""
    cell: Callable[[int], int | None] | None = None


def is_plain(data: bytes) -> bool:
    """Whether `data` is to be scanned as it stands; takes next to no time."""
    head = data[:1]
    if head not in _TELLING:
        return data.find(b"\0", 0, utf.PROBE) < 0 and not enclosed(data) and is_text(data)
    if head == b"{":
        from keyscan.engine.decoders import notebook

        return not notebook.is_notebook(data)
    if data.startswith(LFS_POINTERS):
        return False
    return data.find(b"\0", 0, utf.PROBE) < 0 and head not in _MARKS and not archive.kind(data) and is_text(data)


def content_of(data: bytes) -> Content:
    """`data`, no archive, as the text that it means; all offsets are into the text."""
    text = utf.text_of(data)
    if text.data[:1] == b"{":
        from keyscan.engine.decoders import notebook

        if notebook.is_notebook(text.data):
            return Content(notebook.without_pictures(text.data), text.stored, notebook.Cells(text.data).cell)
    return Content(*text)


def texts(data: bytes, name: str) -> Iterator[tuple[str, Content, str]]:
    """The texts in `data`, a file called `name`, each with its own name; or, with a reason, what is not read."""
    if not archive.kind(data, name):
        yield name, content_of(data), ""
        if data.startswith(LFS_POINTERS):
            yield name, Content(b""), LFS_REASON
        return
    for member in archive.members(data, name):
        yield member.name, content_of(member.data), member.reason
        if member.reason and member.name == name:
            # What is no archive after all, or not one that opens here, is at least bytes.
            yield name, Content(data), ""
