"""What the table of letter triples is worth: against entropy, on values after secret-like names.

    python benchmarks/quality/words.py DIRECTORY...

Negatives are the different literals after such names in the files below the directories (of packages other than those
that the table was learnt from); nearly all are words and identifiers, the rest count against every measure alike.
Positives are random, of the lengths and alphabets that passwords and tokens have. Prints, for each measure, the share
of positives above the value that only 1 and 5 in 100 negatives exceed.
"""

from __future__ import annotations

import random
import re
import string
import sys
from math import log2
from pathlib import Path

from keyscan.engine.filters.entropy import shannon
from keyscan.engine.filters.spelling import surprise

NAMED = re.compile(
    rb"(?i)(?:password|passwd|secret|token|api_?key)\w{0,12}[\"']?\]?\s{0,3}[=:,(]{1,2}\s{0,3}[\"']([^\"'\s\\{}$<>/]{6,64})[\"']"
)
ALPHABETS = {
    "lower": string.ascii_lowercase,
    "letters": string.ascii_letters,
    "alnum": string.ascii_letters + string.digits,
    "hex": "0123456789abcdef",
    "password": string.ascii_letters + string.digits + "!@#$%^&*",
}
LENGTHS = (8, 12, 16, 32)
MEASURES = {
    "entropy": shannon,
    "entropy by length": lambda value: shannon(value) / log2(len(value)),
    "triples": surprise,
}


def negatives(places: list[Path]) -> list[bytes]:
    """The different literals after secret-like names."""
    found: set[bytes] = set()
    for place in places:
        for file in place.rglob("*.py"):
            found.update(NAMED.findall(file.read_bytes()))
    return sorted(found)


def main() -> None:
    """Print the table."""
    words = negatives([Path(name) for name in sys.argv[1:]])
    rng = random.Random("words")
    print(f"{len(words)} negatives; 1,000 positives a row; share above 99 (95) in 100 negatives\n")
    print("| alphabet | length |", " | ".join(MEASURES), "|")
    print("|---|---|" + "---|" * len(MEASURES))
    limits = {}
    for name, measure in MEASURES.items():
        scores = sorted(map(measure, words))
        limits[name] = scores[int(len(scores) * 0.99)], scores[int(len(scores) * 0.95)]
    for label, alphabet in ALPHABETS.items():
        for length in LENGTHS:
            made = ["".join(rng.choices(alphabet, k=length)).encode() for _ in range(1000)]
            cells = []
            for name, measure in MEASURES.items():
                high, low = (sum(measure(value) > limit for value in made) / 10 for limit in limits[name])
                cells.append(f"{high:.0f}% ({low:.0f}%)")
            print(f"| {label} | {length} |", " | ".join(cells), "|")


if __name__ == "__main__":
    main()
