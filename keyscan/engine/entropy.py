"""How random a string looks: bits per character, measured against what its length and alphabet allow."""

from __future__ import annotations

from collections import Counter
from math import log2


def shannon(text: bytes) -> float:
    """Shannon entropy of `text` in bits per byte; 0.0 for the empty string."""
    size = len(text)
    if not size:
        return 0.0
    return -sum(count / size * log2(count / size) for count in Counter(text).values())


def classes(text: bytes) -> int:
    """How many of the classes lower, upper, digit and other `text` has."""
    other = any(not chr(c).isalnum() for c in text)
    return (
        any(97 <= c <= 122 for c in text)  # noqa: PLR2004 - a to z
        + any(65 <= c <= 90 for c in text)  # noqa: PLR2004 - A to Z
        + any(48 <= c <= 57 for c in text)  # noqa: PLR2004 - 0 to 9
        + other
    )
