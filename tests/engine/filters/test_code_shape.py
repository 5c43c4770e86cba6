"""Expressions that tell code from secrets."""

from __future__ import annotations

import pytest
from helpers.tokens import token

from keyscan.engine.filters.code_shape import CALL, SIGNS


@pytest.mark.parametrize(
    "value",
    [
        b"List[V1ObjectReference]", b"Optional[str]", b"LocalWorkspace(env=)", b"h*w*seconds*24/1024",
        b"hsl(var(--chart-1))", b"),eu=i(1681,", b")\\ntn.write(b", b"settings.database.password", b"steps[]",
    ],
)  # fmt: skip
def test_calls_members_types_and_formulas(value):
    """They are found whatever numbers they hold."""
    assert CALL.search(value)


@pytest.mark.parametrize("value", [b"a::b", b",DuplicateBinding:", b"x=>y", b"%s"])
def test_signs_of_code(value):
    """Operators, and what stands between two strings."""
    assert SIGNS.search(value)


@pytest.mark.parametrize("template", ["{alnum:32}", "{hex:40}", "{b64url:43}", "{uuid}"])
def test_random_values_are_no_code(template):
    """None of a thousand in the alphabets of keys."""
    for seed in range(1000):
        value = token(template, str(seed)).encode()
        assert not CALL.search(value)
        assert not SIGNS.search(value)
