"""How word-like a string is, by a small table of letter triples.

`benchmarks/quality/learn_words.py` learnt it from open text.
"""

from __future__ import annotations

from functools import cache

from keyscan.support.lazy_pattern import lazy_pattern

_SIZE = 27
# Bits that a letter costs when all are as likely, the measure for letters that follow no spelling.
RANDOM_LETTER = 4.7
_PIECE = lazy_pattern(rb"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|[A-Z]")
_LETTER = 96


@cache
def _costs() -> bytes:
    import zlib
    from pathlib import Path

    return zlib.decompress(Path(__file__).with_name("words.bin").read_bytes())


def surprise(text: bytes) -> float:
    """Bits per letter that spelling `text` costs: about 3 for words and names, 6 and more for random letters.

    Letters are cut into words at all that is no letter and at camel case; 0.0 when there are none.
    """
    costs = _costs()
    letters = total = 0
    for piece in _PIECE.findall(text):
        first = second = 0
        for byte in piece.lower():
            third = byte - _LETTER
            total += costs[(first * _SIZE + second) * _SIZE + third]
            first, second = second, third
        total += costs[(first * _SIZE + second) * _SIZE]
        letters += len(piece)
    return total / 16 / letters if letters else 0.0
