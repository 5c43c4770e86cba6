"""The formulas of checksums, against published vectors."""

from __future__ import annotations

from keyscan.ruleset import checksums


def test_marvin32_agrees_with_dotnet():
    """The vectors of .NET's own tests."""
    seed = 0x004FB61A001BDBCC
    vectors = {"": 0x30ED35C100CD3C7D, "AF": 0x48E73FC77D75DDC1, "8642DC59": 0x7008F2E87E9CF556}
    for data, both in vectors.items():
        assert checksums.marvin32(bytes.fromhex(data), seed) == (both >> 32) ^ (both & 0xFFFFFFFF)


def test_bech32_agrees_with_its_standard():
    """A vector of BIP-173."""
    assert checksums.bech32("a", "") == "2uel5l"


def test_base62_pads():
    """The smallest and a round number."""
    assert checksums.base62(0, 6) == "000000"
    assert checksums.base62(62**2, 6) == "000100"
