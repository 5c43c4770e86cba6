"""Digests of words that everybody knows: the MD5 of `password` stands in tests, benchmarks and rainbow tables."""

from __future__ import annotations

from functools import cache

from keyscan.catalog.placeholders import COMMON_TEXTS, WORD_LIST
from keyscan.support.lazy_pattern import lazy_pattern

_ALGORITHMS = ("md5", "sha1", "sha256", "sha512")
# Hexadecimal digits of the digests of these algorithms.
_LENGTHS = dict(zip((32, 40, 64, 128), _ALGORITHMS, strict=True))
_WORD = lazy_pattern(rb"[\w@.-]{3,40}")
_DIGITS = b"0123456789abcdefABCDEF"


def is_known_digest(value: bytes) -> bool:
    """Tell whether `value` is the digest, in hexadecimal digits, of a word that examples are made of."""
    if len(value) not in _LENGTHS or value.strip(_DIGITS):
        return False
    return value.lower() in _digests()


def is_digest_of_neighbour(value: bytes, near: bytes) -> bool:
    """Tell whether `value` is the digest, in hexadecimal digits, of a word in `near`: a user, a product."""
    if len(value) not in _LENGTHS or value.strip(_DIGITS):
        return False
    import hashlib

    algorithm, digest = _LENGTHS[len(value)], value.lower().decode()
    return any(
        hashlib.new(algorithm, word, usedforsecurity=False).hexdigest() == digest for word in set(_WORD.findall(near))
    )


@cache
def _digests() -> frozenset[bytes]:
    """The digests of all common words, made when a value of that length is first met."""
    import hashlib  # loads OpenSSL, 2 ms that a clean scan need not spend

    texts = [text.encode() for text in (*WORD_LIST, *COMMON_TEXTS)]
    return frozenset(
        hashlib.new(algorithm, text, usedforsecurity=False).hexdigest().encode()
        for algorithm in _ALGORITHMS
        for text in texts
    )
