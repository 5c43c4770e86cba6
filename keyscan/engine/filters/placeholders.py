"""What makes a match not worth a report: an ordered tuple of predicates (Match, context) -> reason or None.

`PROVIDER` serves rules whose shape is certain; `GENERIC` adds what rules on names and entropy need.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from keyscan.catalog.placeholders import WORD_LIST, is_published
from keyscan.engine.filters import generic, value_shape
from keyscan.engine.filters.entropy import shannon
from keyscan.engine.filters.explained import explain, is_alphabet, is_doubled, is_echoed
from keyscan.engine.filters.own_fingerprint import own_fingerprint
from keyscan.engine.filters.spelling import surprise
from keyscan.engine.filters.value_shape import SPELT, Shape, shape_of
from keyscan.support.lazy_pattern import lazy_pattern

if TYPE_CHECKING:
    from collections.abc import Callable

    from keyscan.engine.filters.context import Context
    from keyscan.model.match import Match


# Bits of evidence from which a value is no chance: one in a million random values has that much.
_CERTAIN = 20.0
# Runs and repeated units must cover this share of a value, since formats hold runs themselves: five zeros in every
# organization id of Salesforce, `AAAAAQ` in Vault's batch tokens.
_RUN_SHARE = 0.25
# A value of which words and runs explain so much is a placeholder, if it is short or judged by its name alone.
_MOSTLY = 0.6
_SHORT = 24
# A password that is words but for digits in place of letters: `s3cr3t_p4ss`, `hunter2hunter2`.
_NEARLY_ALL = 0.8
_LEET = bytes.maketrans(b"013457@$!", b"oleastasi")
# What people add to a word to make it a password: `Passw0rd123!`.
_ENDING = b"0123456789!@#$."
_LEAST_WORD = 4
_DECORATED = lazy_pattern(
    rb"(?:(?>%s)[-_.]?)+" % "|".join(word for word in WORD_LIST if len(word) >= _LEAST_WORD).encode()
)
_COMMIT_DIGITS = 40
# A name has at most one digit for so many characters; a random value has one for six.
_LETTERS_FOR_A_DIGIT = 10


# Scheme and host of an address, and the lower-case names in front of its values: `hooks.slack.com/services/`.
_ADDRESS = lazy_pattern(rb"\w{2,20}://[^/@\s]*(?=/)|^[a-z0-9.-]+\.[a-z]{2,}(?=/)|[a-z._-]+(?=[/?=&:])")

# Words that issuers write in front of a random part, as in `private_` and 32 hexadecimal digits.
_KIND_PREFIX = lazy_pattern(
    rb"(?:(?:private|secret|key|token|api|access|auth|service|client|project)[_-]){1,3}(?=[A-Za-z0-9]{24,}\Z)"
)
_IS_ADDRESS = lazy_pattern(rb"\w{2,20}://|[a-z0-9.-]+/")


def _own_part(match: Match) -> bytes:
    """The secret without what its format itself demands: prefix, fixed text, the address of a webhook."""
    body = match.secret[len(match.rule.prefix) :]
    if _IS_ADDRESS.match(match.secret):
        body = _ADDRESS.sub(b"", match.secret)
    if match.rule.filters == "generic" and (kind := _KIND_PREFIX.match(body)):
        return body[kind.end() :]
    if not match.rule.context and match.rule.filters == "provider":
        for word in map(str.encode, match.rule.keywords):
            at = body.lower().find(word)
            if at >= 0:
                body = body[:at] + body[at + len(word) :]
    return body


def is_in_order(match: Match) -> bool:
    """Whether the letters of the secret follow the alphabet: somebody made it up."""
    return is_alphabet(_own_part(match))


def is_typed(match: Match) -> bool:
    """Whether a part of the secret stands in it again, where no structure of its format can be the reason."""
    return not match.rule.checks and match.rule.provider != "Connection string" and is_echoed(_own_part(match))


def placeholder(match: Match, _context: Context) -> str | None:
    """Words, sequences and repeats that explain more of the value, beyond its prefix, than chance can."""
    body = _own_part(match)
    if is_doubled(body) or is_doubled(body.rpartition(b"-")[2]):
        return "repetition"
    explanation = explain(body)
    generic = match.rule.filters == "generic"
    if explanation.words >= _CERTAIN or (generic and is_alphabet(body)):
        return "placeholder"
    if explanation.runs + explanation.words >= _CERTAIN and explanation.share >= _RUN_SHARE:
        return "repetition"
    if (generic or len(body) < _SHORT) and explanation.share >= _MOSTLY and explanation.words + explanation.runs > 0:
        return "placeholder"
    if generic and len(body) < _SHORT and _DECORATED.fullmatch(body.rstrip(_ENDING).lower().translate(_LEET)):
        return "placeholder"
    if match.rule.provider == "Connection string" and len(body) < _SHORT:
        plain = explain(body.lower().translate(_LEET))
        if plain.share >= _NEARLY_ALL and plain.words > 0:
            return "placeholder"
    return None


def published(match: Match, _context: Context) -> str | None:
    """A value that a standard or a vendor's document prints."""
    return "published sample" if is_published(match.secret) else None


def low_entropy(match: Match, _context: Context) -> str | None:
    """Less random than the rule demands."""
    least = match.rule.min_entropy
    return "low entropy" if least and shannon(match.secret[len(match.rule.prefix) :]) < least else None


def few_characters(match: Match, _context: Context) -> str | None:
    """Too few different characters for a value of its length."""
    body = match.secret[len(match.rule.prefix) :]
    return "few characters" if len(set(body)) < min(6, len(body) // 2) else None


# A side of a merge that nobody finished: the id of its commit is no key.
# What stands in front of a commit or a hash by which an action or a package is fixed: `uses: acme/fetch-token@`.
_PINNED = lazy_pattern(rb"[\w.-]/[\w./-]{1,100}(?:@|\.t(?:ar\.)?gz#)\Z")
# `the patch identified by `, as lists of vulnerabilities have it.
_NAMED_COMMIT = lazy_pattern(rb"(?i)\b(?:patch|commit)\b[^\n=:]{0,40}\b(?:is|as|by|to)\s{1,3}[`\"']?\Z")
_CONFLICT = lazy_pattern(rb"(?:^|\n)(?:>{7,9}|<{7,9}|\|{7,9}) ?\Z")


def conflict_marker(match: Match, context: Context) -> str | None:
    """The commit that git names behind the marker of a conflict, or that something is pinned to."""
    if len(match.secret) != _COMMIT_DIGITS:
        return None
    named = any(commit.search(context.before) for commit in (_CONFLICT, _PINNED, _NAMED_COMMIT))
    return "a commit" if named else None


# A field that holds the hash of something, as other scanners' baselines and lock files have it.
_HASH_FIELD = lazy_pattern(
    rb"""["'](?:hashed_secret|secret_hash|hash|sha|sha-?1|sha-?256|md5|digest|checksum|commit|commit_?(?:sha|id|hash))"""
    rb"""["'][ \t]*:[ \t]*["']\Z""",
    re.IGNORECASE,
)
_HASH_DIGITS = frozenset((32, 40, 64))


def hash_field(match: Match, context: Context) -> str | None:
    """Hexadecimal digits whose own field says that they are a hash, however the text around names a provider."""
    if len(match.secret) not in _HASH_DIGITS or match.secret.strip(b"0123456789abcdef"):
        return None
    return "a hash" if _HASH_FIELD.search(context.before) else None


def markup_placeholder(match: Match, _context: Context) -> str | None:
    """A name between angle brackets as HTML escapes them (`&lt;token&gt;`), or what GitHub wants beside a token."""
    escaped = b"&lt;" in match.secret and b"&gt;" in match.secret
    return "placeholder" if escaped or match.secret == b"x-oauth-basic" else None


# `"pinecone|` before an id: one string that names a thing and then which.
_JOINED = lazy_pattern(rb"[\"'`][A-Za-z][\w-]{1,40}\|\Z")


def joined_id(match: Match, context: Context) -> str | None:
    """The second part of an id whose first part is the provider's name, where nothing else tells the value."""
    return "part of an id" if match.rule.context and _JOINED.search(context.before) else None


def spelt_name(match: Match, context: Context) -> str | None:
    """Letters that spell words, or a function that is called, where a provider's name is all that tells a key."""
    if not match.rule.context:
        return None
    if context.after.startswith(b"("):
        return "a call"
    return "a name" if _is_identifier(match.secret) and surprise(match.secret) < SPELT else None


def _is_identifier(value: bytes) -> bool:
    """Whether `value` is letters alone, or so long and with so few digits that its letters tell whether it is spelt."""
    if value.isalpha():
        return True
    digits = sum(48 <= byte < 58 for byte in value)  # noqa: PLR2004 - 0 to 9
    return len(value) >= _SHORT and value.isalnum() and digits * _LETTERS_FOR_A_DIGIT <= len(value)


# A name as compilers write it, by the ABI that C++ and Rust share on Linux and macOS: `_ZN2at6TensorE`, and how such
# names refer to parts of themselves (https://itanium-cxx-abi.github.io/cxx-abi/abi.html#mangling).
_SYMBOL = lazy_pattern(rb"(?<![A-Za-z0-9])_{1,2}Z[A-Z0-9][\w$.]*\Z")
_SYMBOL_PARTS = lazy_pattern(rb"S[0-9A-Z]?_S[0-9A-Z]_|S[0-9A-Z]_S[0-9A-Z]?_|INS_?\d|ERKS[0-9A-Z]?_")
_WORD = lazy_pattern(rb"[\w$.]*\Z")


def symbol(match: Match, context: Context) -> str | None:
    """A part of a name of compiled code."""
    before = context.before
    if not before.endswith((b"_", b"$", b".")):
        return None
    if _SYMBOL.search(before) or _SYMBOL_PARTS.search(match.secret):
        return "part of a symbol"
    # The beginning of a long name may be further off than filters see.
    word = _WORD.search(before)
    return "part of a symbol" if word and _SYMBOL_PARTS.search(word[0]) else None


def plain_netrc_word(match: Match, _context: Context) -> str | None:
    """A password of .netrc that is a word, a path or a reference: manuals and tests name it so."""
    if match.rule.id != "netrc-password":
        return None
    return value_shape.reason(match.secret) or ("word" if shape_of(match.secret) <= Shape.COMMON else None)


PROVIDER: tuple[Callable[[Match, Context], str | None], ...] = (
    own_fingerprint,
    few_characters,
    low_entropy,
    published,
    placeholder,
    conflict_marker,
    hash_field,
    markup_placeholder,
    plain_netrc_word,
    joined_id,
    spelt_name,
    symbol,
)
GENERIC: tuple[Callable[[Match, Context], str | None], ...] = (
    own_fingerprint,
    generic.rejection_reason,
    published,
    placeholder,
    conflict_marker,
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
        reason = predicate(match, context)
        if reason:
            return reason
    return None
