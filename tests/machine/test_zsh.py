"""Zsh's history encoding: the round trip, and the bytes that zsh itself would write."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from keyscan.machine import zsh


@given(st.binary())
def test_round_trip(data):
    """What is encoded decodes to itself."""
    assert zsh.decode(zsh.encode(data)) == data


def test_known_bytes():
    """An e with an acute accent is 0xC3 0xA9: neither byte is zsh's own; 0x83 and 0xA2 are."""
    assert zsh.encode("\u00e9".encode()) == b"\xc3\xa9"
    assert zsh.encode(b"\x83\xa2\x00") == b"\x83\xa3\x83\x82\x83\x20"
