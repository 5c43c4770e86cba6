"""Dummy keys of the same shape."""

from __future__ import annotations

import pytest
from helpers.live import ASKED, candidate_for
from hypothesis import given
from hypothesis import strategies as st

from keyscan.verify.control import dummy_variables, scrambled
from keyscan.verify.parts import variables_of


@pytest.mark.parametrize("kind", sorted(ASKED))
def test_a_made_up_key_is_another_one(kind):
    """Neither the key nor a second half is in the dummy one; what leads to the host stays."""
    table = ASKED[kind]
    candidate = candidate_for(table)
    variables = variables_of(table, candidate).values
    made = dummy_variables(table, candidate, variables)
    assert made.keys() == variables.keys()
    assert made["secret"] != candidate.secret
    if candidate.companion:
        assert made["companion"] != candidate.companion
    for name, value in variables.items():
        if f"{{{name}}}" in table.request.host:
            assert made[name] == value


@given(st.text(max_size=80), st.integers(0, 10))
def test_scrambling_keeps_the_shape(text, keep):
    """The start, the length, and which characters are letters and digits stay."""
    made = scrambled(text, keep)
    assert made[:keep] == text[:keep]
    assert len(made) == len(text)
    for old, new in zip(text, made, strict=True):
        if not (old.isascii() and old.isalnum()):
            assert old == new
