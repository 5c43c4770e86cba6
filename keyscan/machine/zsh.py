"""Zsh's history encoding: a byte that zsh uses for itself is written as 0x83 and the byte with bit 5 flipped.

Source: zsh's own `metafy` (Src/utils.c): Meta is 0x83, and 0x00, 0x83 to 0xa2 are written so.
"""

from __future__ import annotations

import re

_META = 0x83
_PLAIN = re.compile(b"[\x00\x83-\xa2]")


def decode(data: bytes) -> bytes:
    """The commands as they were typed."""
    return re.sub(b"\x83(.)", lambda match: bytes([match[1][0] ^ 32]), data, flags=re.DOTALL)


def encode(data: bytes) -> bytes:
    """The commands as zsh writes them."""
    return _PLAIN.sub(lambda match: bytes([_META, match[0][0] ^ 32]), data)
