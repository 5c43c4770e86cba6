r"""GitHub's `primaryLocationLineHash`: what code scanning recognises an alert by when lines move.

The definition, as the upload step computes it: CRLF and CR become LF; the text is taken in UTF-16 code units;
spaces and tabs are dropped; one unit 65535 ends it, then zeros. The hash of a line is a polynomial in 37, modulo
2^64, over the 100 units from the line's start on, in hexadecimal; after a colon stands how many lines so far had
that hash. Giving it ourselves matters for findings in history: their file may be gone when the report is uploaded.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

_WINDOW = 100
_END = "\uffff"
_WORD = (1 << 64) - 1
_ASTRAL = re.compile("[\U00010000-\U0010ffff]")


def line_hashes(data: bytes, lines: Collection[int]) -> dict[int, str]:
    """The hashes of `lines` (from 1) of the file that holds `data`; a line that is not there is left out.

    Linear in the text and quick: lines are counted by their window of text, which stands for its hash, and only the
    wanted ones are hashed. (Two windows with one hash would have to be sought on purpose.)
    """
    wanted = set(lines)
    last = max(wanted, default=0)
    counts: dict[str, int] = {}
    hashes: dict[int, str] = {}
    for number, window in enumerate(_windows(data), 1):
        if number > last:
            break
        count = counts[window] = counts.get(window, 0) + 1
        if number in wanted:
            hashes[number] = f"{_hash(window):x}:{count}"
    return hashes


def _windows(data: bytes) -> Iterator[str]:
    """The units that count for each line: up to 100 from its start on; what is missing at the end is zeros."""
    text = data.decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
    text = text.replace(" ", "").replace("\t", "") + _END
    if not text.isascii():
        text = _ASTRAL.sub(_surrogates, text)
    start = 0
    while True:
        yield text[start : start + _WINDOW]
        end = text.find("\n", start)
        if end < 0:
            return
        start = end + 1


def _hash(window: str) -> int:
    total = 0
    for char in window:
        total = (total * 37 + ord(char)) & _WORD
    return total * pow(37, _WINDOW - len(window), 1 << 64) & _WORD


def _surrogates(match: re.Match[str]) -> str:
    high, low = divmod(ord(match[0]) - 0x10000, 0x400)
    return chr(0xD800 + high) + chr(0xDC00 + low)
