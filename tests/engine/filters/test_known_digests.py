"""Digests of words that everybody knows."""

from __future__ import annotations

import hashlib

import pytest
from helpers.tokens import token

from keyscan.engine.filters.known_digests import is_digest_of_neighbour, is_known_digest


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
@pytest.mark.parametrize("text", ["password", "", "123456", "Hello World"])
def test_digests_of_common_words_are_known(algorithm, text):
    """In either case, of the algorithms that tests use."""
    digest = hashlib.new(algorithm, text.encode(), usedforsecurity=False).hexdigest()
    assert is_known_digest(digest.encode())
    assert is_known_digest(digest.upper().encode())


@pytest.mark.parametrize("template", ["{hex:32}", "{hex:40}", "{hex:64}", "{alnum:32}", "{hex:31}"])
def test_other_values_are_not(template):
    """Random digits, other alphabets and other lengths."""
    for seed in "abcdef":
        assert not is_known_digest(token(template, seed).encode())


@pytest.mark.parametrize("algorithm", ["md5", "sha1", "sha256", "sha512"])
def test_the_digest_of_a_word_beside_it_is_told(algorithm):
    """A product's first password is often its name, kept as its digest; a word further off, or none, tells nothing."""
    digest = hashlib.new(algorithm, b"acmebot", usedforsecurity=False).hexdigest().encode()
    assert is_digest_of_neighbour(digest, b'"username": "acmebot",\n"password": "' + digest + b'"')
    assert is_digest_of_neighbour(digest.upper(), b"acmebot:" + digest.upper())
    assert not is_digest_of_neighbour(digest, b'"username": "acmebots",\n"password": "' + digest + b'"')
    assert not is_digest_of_neighbour(b"acmebot", b"acmebot")
