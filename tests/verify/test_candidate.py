"""A secret to be asked about."""

from __future__ import annotations

from keyscan.verify.candidate import Candidate


def test_plaintext_is_in_no_representation():
    """Neither half, nor the text round them, which may hold another secret."""
    shown = repr(Candidate("mark", "rule", "PLAIN1", "PLAIN2", "PLAIN3", "PLAIN4"))
    assert "PLAIN" not in shown
    assert "mark" in shown
