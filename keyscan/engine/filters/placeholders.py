"""What makes a match not worth a report: an ordered tuple of predicates (Match, context) -> reason or None.

`PROVIDER` serves rules whose shape is certain; `GENERIC` adds what rules on names and entropy need.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.engine.filters import generic
from keyscan.engine.filters.entropy import shannon
from keyscan.model.fingerprint import FINGERPRINT_DIGITS

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyscan.engine.filters.context import Context
    from keyscan.model.match import Match


_WORDS = re.compile(
    rb"example|placeholder|your[-_]?|changeme|change[-_]me|replace|insert|dummy|sample|redacted|xxxx|\*\*\*|"
    rb"todo|fixme|foobar|notreal|not[-_]a[-_]real|fake|mock|abcdefg|1234567|0123456|deadbeef|lorem|secret[-_]?key|"
    rb"api[-_]?key|my[-_]?(?:key|token|secret)|token[-_]?here|key[-_]?here|goes[-_]?here|asdf|qwerty|testtest",
    re.IGNORECASE,
)
_RUNS = tuple(
    text[i : i + 6].encode()
    for text in ("abcdefghijklmnopqrstuvwxyz", "0123456789", "9876543210", "zyxwvutsrqponmlkjihgfedcba")
    for i in range(len(text) - 5)
)
_REPEAT = re.compile(rb"(.)\1{4}|(.{2,4}?)\2{3}|(.{5,16}?)\3\3", re.DOTALL)


def placeholder_word(match: Match, _context: Context) -> str | None:
    """A word that people put where a key belongs."""
    found = _WORDS.search(match.secret, len(match.rule.prefix))
    return "placeholder" if found else None


def sequence(match: Match, _context: Context) -> str | None:
    """A run of neighbours (`abcdef`, `123456`)."""
    body = match.secret[len(match.rule.prefix) :].lower()
    return "sequence" if any(run in body for run in _RUNS) else None


def repetition(match: Match, _context: Context) -> str | None:
    """One character five times over, or a unit again and again."""
    return "repetition" if _REPEAT.search(match.secret, len(match.rule.prefix)) else None


def low_entropy(match: Match, _context: Context) -> str | None:
    """Less random than the rule demands."""
    least = match.rule.min_entropy
    if least and shannon(match.secret[len(match.rule.prefix) :]) < least:
        return "low entropy"
    return None


def few_characters(match: Match, _context: Context) -> str | None:
    """Too few different characters for a value of its length."""
    body = match.secret[len(match.rule.prefix) :]
    return "few characters" if len(set(body)) < min(6, len(body) // 2) else None


_RULE_ID = re.compile(rb"[a-z0-9]+(?:-[a-z0-9]+)*:\Z")


def own_fingerprint(match: Match, context: Context) -> str | None:
    """A fingerprint of ours, `rule-id:` and 20 hexadecimal digits, as baselines and configurations hold them."""
    if len(match.secret) != FINGERPRINT_DIGITS or match.secret.strip(b"0123456789abcdef"):
        return None
    return "a fingerprint of keyscan" if _RULE_ID.search(context.before) else None


Filter = "Callable[[Match, Context], str | None]"
PROVIDER: tuple[Callable[[Match, Context], str | None], ...] = (
    own_fingerprint,
    few_characters,
    low_entropy,
    placeholder_word,
    sequence,
    repetition,
)
GENERIC: tuple[Callable[[Match, Context], str | None], ...] = (
    own_fingerprint,
    generic.rejection_reason,
    repetition,
    placeholder_word,
    sequence,
)
SETS: dict[str, tuple[Callable[[Match, Context], str | None], ...]] = {
    "provider": PROVIDER,
    "generic": GENERIC,
    "entropy": (low_entropy,),
    "none": (),
}


def rejection_reason(match: Match, context: Context) -> str | None:
    """Why `match` is dropped, or None to keep it."""
    for predicate in SETS[match.rule.filters]:
        found = predicate(match, context)
        if found:
            return found
    return None
