"""Fingerprints of keyscan itself: baselines, configurations, reports and logs hold them, and they are no secrets."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from keyscan.model.fingerprint import FINGERPRINT_DIGITS
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from keyscan.engine.filters.context import Context
    from keyscan.model.match import Match

_ID = lazy_pattern(rb"(?<![\w-])([a-z0-9]+(?:-[a-z0-9]+)*):\Z")
# A baseline has a tab behind the fingerprint; rules of the user's own may be in it.
_BASELINE, _TAB = ".keyscan-baseline", b"\t"
# What may follow a fingerprint in a sentence, such as our own messages.
_SIGNS = b".,:;!?)]}>'\"`|\\"


def own_fingerprint(match: Match, context: Context) -> str | None:
    """Drops `rule-id:` and 20 hexadecimal digits, if there is a rule with this id.

    Any other name in front of such a value, as in `api-key:` or `password:`, is the name of a secret.
    """
    digits = match.secret.rstrip(_SIGNS)
    if len(digits) != FINGERPRINT_DIGITS or digits.strip(b"0123456789abcdef"):
        return None
    named = _ID.search(context.before)
    if named is None:
        return None
    in_baseline = context.path.endswith(_BASELINE) and context.after.startswith(_TAB) and b"-" in named[1]
    return "a fingerprint of keyscan" if in_baseline or named[1].decode() in _rule_ids() else None


@cache
def _rule_ids() -> frozenset[str]:
    """The ids of all built-in rules; loading them takes 5 ms, for a text that has something like a fingerprint."""
    from keyscan.ruleset.cache import load_rules
    from keyscan.ruleset.loader import hygiene_rules

    return frozenset(rule.id for rule in load_rules()) | frozenset(hygiene_rules())
