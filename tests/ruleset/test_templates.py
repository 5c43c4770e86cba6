"""Templates for secrets: well-formed fakes, made at run time."""

from __future__ import annotations

import re

import pytest

from keyscan.ruleset.templates import ALPHABETS, MAKERS, expand


@pytest.mark.parametrize("name", ALPHABETS)
def test_random_characters_of_an_alphabet(name):
    """As many as asked for, of that alphabet only."""
    made = expand(f"x{{{name}:200}}y", "seed")
    assert len(made) == 202
    assert set(made[1:-1]) <= set(ALPHABETS[name])


def test_the_same_seed_gives_the_same_text():
    """On every machine; another seed gives another."""
    assert expand("{alnum:30}", "a") == expand("{alnum:30}", "a") != expand("{alnum:30}", "b")
    assert expand("{hex:8}", "fixed") == "{}".format(expand("{hex:8}", "fixed"))


def test_braces_secrets_and_identifiers():
    """Doubled braces are literal; an example has its rule's secret."""
    assert expand('{{"key": "{secret}"}}', "a", "S") == '{"key": "S"}'
    assert re.fullmatch(r"[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", expand("{uuid}", "a"))
    assert expand("{pick:a|b}", "x") in {"a", "b"}


@pytest.mark.parametrize("template", ["{nosuch:3}", "{alnum:many}", "{crc32-base62:absent}", "{age:x}"])
def test_what_does_not_fit_is_a_value_error(template):
    """An unknown field or an argument that cannot be."""
    with pytest.raises(ValueError, match=r".+"):
        expand(template, "a")


def test_every_maker_is_used_by_a_rule_or_a_test():
    """None is left over: their names stand in the documentation of this module's users."""
    assert {"crc32-base62", "jwt", "pem", "macaroon", "nkey", "age"} <= set(MAKERS)
