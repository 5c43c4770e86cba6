"""How random a string looks: bits per character, measured against what its length and alphabet allow."""

from __future__ import annotations

import re
from collections import Counter
from math import log2

_CLASSES = tuple(map(re.compile, (rb"[a-z]", rb"[A-Z]", rb"[0-9]", rb"[^a-zA-Z0-9]")))


def shannon(text: bytes) -> float:
    """Shannon entropy of `text` in bits per byte; 0.0 for the empty string."""
    size = len(text)
    if not size:
        return 0.0
    return -sum(count / size * log2(count / size) for count in Counter(text).values())


def classes(text: bytes) -> int:
    """How many of the classes lower, upper, digit and other `text` has."""
    return sum(pattern.search(text) is not None for pattern in _CLASSES)
