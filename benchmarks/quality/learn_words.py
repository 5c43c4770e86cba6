"""Learn how words are spelt: a table of letter triples for `keyscan/engine/filters/spelling.py`.

    python benchmarks/quality/learn_words.py DIRECTORY... keyscan/engine/filters/words.bin

Reads source and prose (`.py .rst .md .txt .po .js .ts .json .yml`), splits it into words at anything that is not a
letter and at camel case, and counts each word that occurs often enough to be no accident, by the root of its count.
The table holds, for each triple over `a`-`z` and the word's edge, -log2 of the chance of the third letter after the
first two, in sixteenths of a bit, one byte each, deflated. Deterministic for the same text.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections import Counter
from math import log2, sqrt
from pathlib import Path

SUFFIXES = {".py", ".rst", ".md", ".txt", ".po", ".js", ".ts", ".json", ".yml"}
WORD = re.compile(rb"[A-Z]?[a-z]{1,30}|[A-Z]{2,30}")
LEAST = 8
LARGEST_FILE = 400_000
SIZE = 27


def words_in(directories: list[Path]) -> Counter[bytes]:
    """How often each word stands in the text files below `directories`."""
    counts: Counter[bytes] = Counter()
    for directory in directories:
        for file in sorted(directory.rglob("*")):
            if file.suffix in SUFFIXES and file.is_file() and file.stat().st_size < LARGEST_FILE:
                counts.update(word.lower() for word in WORD.findall(file.read_bytes()))
    return counts


def table_of(counts: Counter[bytes]) -> bytes:
    """The costs of all triples; a triple never seen gets what a count of a tenth would."""
    triples = [[[0.1] * SIZE for _ in range(SIZE)] for _ in range(SIZE)]
    for word, count in counts.items():
        if count < LEAST or len(word) < 2:
            continue
        weight = sqrt(count)
        letters = [0, 0, *(byte - 96 for byte in word), 0]
        for first, second, third in zip(letters, letters[1:], letters[2:], strict=False):
            triples[first][second][third] += weight
    costs = bytearray()
    for first in triples:
        for second in first:
            total = sum(second)
            costs.extend(min(255, round(-log2(count / total) * 16)) for count in second)
    return bytes(costs)


def main() -> None:
    """Learn from all arguments but the last, which names the file to write."""
    *directories, target = sys.argv[1:]
    counts = words_in([Path(name) for name in directories])
    packed = zlib.compress(table_of(counts), 9)
    Path(target).write_bytes(packed)
    kept = sum(count >= LEAST for count in counts.values())
    print(f"{kept} of {len(counts)} words, {sum(counts.values())} tokens; {len(packed)} bytes")


if __name__ == "__main__":
    main()
