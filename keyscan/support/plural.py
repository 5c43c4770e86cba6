"""A number and what it counts, in words."""

from __future__ import annotations


def plural(number: int, word: str) -> str:
    """`1 file`, `2,000 files`: for words that take an s."""
    return f"{number:,} {word}{'s' * (number != 1)}"
