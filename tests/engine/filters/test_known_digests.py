"""Digests of words that everybody knows."""

from __future__ import annotations

import hashlib

import pytest
from helpers.tokens import token

from keyscan.engine.filters.known_digests import is_known_digest


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
