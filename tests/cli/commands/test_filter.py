"""`keyscan filter`: standard input to standard output without secrets."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("options", [[], ["--line-buffered"], ["--name", "a.py"]])
def test_secrets_become_tokens_and_the_rest_stays(spawn, anthropic_key, options):
    """Byte for byte but for the keys."""
    text = f"before\nK={anthropic_key}\nafter\n"
    done = spawn(["filter", *options], stdin=text.encode())
    assert done.code == 0
    assert done.out.startswith("before\nK=[keyscan:anthropic-api-key:")
    assert done.out.endswith("]\nafter\n")
    assert anthropic_key not in done.out + done.err


def test_an_empty_input(spawn):
    """Nothing in, nothing out."""
    done = spawn(["filter"])
    assert (done.code, done.out, done.err) == (0, "", "")
