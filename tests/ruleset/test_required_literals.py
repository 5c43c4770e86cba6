"""The literal text that every match must hold."""

from __future__ import annotations

import pytest

from keyscan.ruleset import required_literals as literals


@pytest.mark.parametrize(
    ("pattern", "words"),
    [
        ("(?P<secret>acme_[a-f0-9]{40})", {"acme_"}),
        ("(?i:Acme|Corp)x", {"acmex", "corpx"}),
        ("[aA]cme.{3}", {"acme"}),
        ("(?:ab)?[0-9]+", set()),
        ("(?:ab|[0-9]+)", set()),
        ("ab[0-9]longer(?:x|y)", {"longerx", "longery"}),
        ("(?:foo){2}", {"foofoo"}),
    ],
)
def test_required_literals(pattern, words):
    """Every match holds one of the literals; where there are none, none are given."""
    assert set(literals.required(pattern)) == words
