"""How much of a value words, runs and orders explain: what somebody made up is explained, what was drawn is not."""

from __future__ import annotations

import re
from itertools import pairwise
from math import log2
from typing import TYPE_CHECKING, NamedTuple

from keyscan.catalog.placeholders import WORD_LIST
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Iterator

# Bits that the choice among all words, or among few runs, is worth.
_WORD_CHOICE, _RUN_CHOICE = 7.0, 1.0
_LEAST_RUN = 4
_WORD = lazy_pattern("|".join(map(re.escape, WORD_LIST)).encode())
_REPEAT = lazy_pattern(rb"(.)\1{3,}|(.{2,16}?)\2{2,}", re.DOTALL)
_SEPARATORS = b"-_. /+"
# `AbC123dEf456GhI789`: of so many letters nearly each is the next one of the alphabet, whatever stands between them.
_LEAST_LETTERS, _IN_ORDER = 10, 0.8
# `aB3dE7gH9jK1mN4pQ6sT`: or nearly each is one of the next three, which happens to one random value of 100 million.
_SMALL_STEP, _ALL_BUT_ONE = 3, 0.9
_LEAST_DOUBLED = 12
# Characters of a part that stands in a value again, and how many of them differ: of a million random values of 64
# characters one does so.
_PART, _HEX_PART, _DIFFERENT = 6, 8, 4
_LONGEST_ECHOED = 200
# How base64 of JSON begins.
_JSON = b"eyJ"
_TAIL = 4
_HEX = lazy_pattern(rb"[0-9a-f]+|[0-9A-F]+")


def is_alphabet(body: bytes) -> bool:
    """Whether the letters of `body` follow each other in the alphabet, which a random value's never do."""
    letters = [byte | 0x20 for byte in body if chr(byte).isalpha() and byte < 0x80]  # noqa: PLR2004 - ASCII
    steps = [(after - before) % 26 for before, after in pairwise(letters)]
    if len(letters) < _LEAST_LETTERS:
        return False
    small = sum(1 <= step <= _SMALL_STEP for step in steps)
    return steps.count(1) >= _IN_ORDER * len(steps) or small >= _ALL_BUT_ONE * len(steps)


def is_doubled(body: bytes) -> bool:
    """Whether each character of `body` stands there twice, as in `112233445566778899AABB`: nobody draws that by lot."""
    return len(body) >= _LEAST_DOUBLED and body[::2] == body[1::2]


def is_echoed(body: bytes) -> bool:
    """Whether a part of `body` stands in it again further on, as in what fingers type: nobody draws that by lot."""
    size = _HEX_PART if _HEX.fullmatch(body) else _PART
    half = len(body) // 2
    if len(body) > _LONGEST_ECHOED or body[: half - _TAIL] == body[half : 2 * half - _TAIL]:
        return False  # Finnhub's keys are an id twice, but for its end
    if _JSON in body:
        return False  # one address may be two settings of what is encoded, as in Neptune's tokens
    parts = ((at, body[at : at + size]) for at in range(len(body) - 2 * size + 1))
    # Numbers are counted up: those of a team and of its robot, in Slack's tokens, may begin alike.
    parts = ((at, part) for at, part in parts if len(set(part)) >= _DIFFERENT and not part.isdigit())
    return any(part in body[at + size :] for at, part in parts)


class Explained(NamedTuple):
    """How far words and runs explain a value: `words` and `runs` in bits beyond chance, `share` of its bytes."""

    words: float
    runs: float
    share: float


def _bits(body: bytes) -> float:
    """Bits that a known letter is worth, by the alphabet that `body` shows; words are compared without case."""
    if _HEX.fullmatch(body):
        return 4.0
    both = body.lower() != body and body.upper() != body
    digits = any(48 <= byte < 58 for byte in body)  # noqa: PLR2004 - 0 to 9
    return log2((52 if both else 26) + 10 * digits) - both


def _runs(body: bytes) -> Iterator[tuple[int, int]]:
    """Spans of one character or unit again and again, and of neighbours in the alphabet or among the digits."""
    for match in _REPEAT.finditer(body):
        yield match.span()
    start = 0
    for at in range(1, len(body) + 1):
        step = body[at] - body[at - 1] if at < len(body) else 0
        if at - start > 1 and step == body[start + 1] - body[start]:
            continue
        if at - start >= _LEAST_RUN:
            yield start, at
        start = at - 1 if abs(step) == 1 else at


def explain(body: bytes) -> Explained:
    """What of `body`, a value without the prefix that its format demands, words and runs explain."""
    if not body:
        return Explained(0.0, 0.0, 0.0)
    lower = body.lower()
    unit = _bits(body)
    place = log2(len(body))
    spans = sorted(
        [(*match.span(), _WORD_CHOICE, True) for match in _WORD.finditer(lower)]
        + [(low, high, _RUN_CHOICE + unit, False) for low, high in _runs(lower)]
    )
    sums = {True: 0.0, False: 0.0}
    end = covered = 0
    chain = 0.0
    for low, high, choice, word in spans:
        if high <= end:
            continue
        joined = end and (low <= end or (low == end + 1 and body[end:low] in _SEPARATORS))
        chain = (max(chain, 0.0) if joined else -place) + (high - max(low, end)) * unit - choice
        covered += high - max(low, end)
        end = high
        if chain > 0:
            # Each chain counts once, with all that it has gathered.
            sums[word] += chain
            chain = 0.0
    return Explained(sums[True], sums[False], covered / len(body))
