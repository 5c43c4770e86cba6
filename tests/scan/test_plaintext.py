"""Findings back to their secrets."""

from __future__ import annotations

import base64

import pytest

from keyscan.engine import build
from keyscan.model.blob import Blob, Origin
from keyscan.model.fingerprint import fingerprint
from keyscan.ruleset.cache import load_rules
from keyscan.scan.plaintext import candidates


@pytest.fixture(scope="module")
def matches():
    """A scan of a text under a path with all rules."""
    matcher = build.matcher(load_rules())
    return lambda data, path: matcher.scan(data, path=path).matches


def test_only_what_is_wanted(matches, anthropic_key):
    """The secret with the text round it; another one in the same text is not taken along."""
    mark = fingerprint("anthropic-api-key", anthropic_key.encode(), "salt")
    text = f"before = 1\nkey = '{anthropic_key}'\nafter = 2\n".encode()
    blobs = [Blob(b"nothing", Origin("x")), Blob(text, Origin("a.py"))]
    (found,) = candidates(blobs, matches, {mark}, ["other", "salt"])
    assert (found.secret, found.fingerprint, found.rule_id) == (anthropic_key, mark, "anthropic-api-key")
    assert found.before == "before = 1\nkey = '"
    assert found.after.endswith("after = 2\n")
    assert candidates(blobs, matches, {mark}, ["other"]) == []
    assert anthropic_key not in repr(found)


def test_a_secret_behind_base64(matches, anthropic_key):
    """Decoded like in any scan."""
    mark = fingerprint("anthropic-api-key", anthropic_key.encode(), "")
    data = base64.b64encode(f"ANTHROPIC_API_KEY={anthropic_key}".encode())
    (found,) = candidates([Blob(data, Origin("a"))], matches, {mark}, [""])
    assert found.secret == anthropic_key


def test_reading_ends_when_all_are_found(matches, anthropic_key):
    """Later blobs are not asked for."""
    mark = fingerprint("anthropic-api-key", anthropic_key.encode(), "")

    def blobs():
        yield Blob(anthropic_key.encode(), Origin("a"))
        yield Blob(b"second", Origin("b"))
        pytest.fail("read on")

    assert len(candidates(blobs(), matches, {mark}, [""])) == 1
