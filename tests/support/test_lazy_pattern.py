"""An expression is compiled at its first use, and then is what `re` would have made of it."""

from __future__ import annotations

import copy
import os
import re

import pytest

from keyscan.support.lazy_pattern import lazy_pattern


def test_nothing_is_compiled_before_the_first_use(monkeypatch):
    """Making one costs no compiling; using it compiles once, with its flags, if it is not stored."""
    compiled = []
    real = re.compile
    monkeypatch.setattr(re, "compile", lambda *given: compiled.append(given) or real(*given))
    text = b"a(b+)|" + os.urandom(8).hex().encode()
    pattern = lazy_pattern(text, re.IGNORECASE)
    assert not compiled
    assert pattern.search(b"xABBx").group(1) == b"BB"
    assert pattern.search(b"ab")
    assert compiled == [(text, re.IGNORECASE)]


@pytest.mark.parametrize("name", ["search", "match", "fullmatch", "split", "findall"])
def test_it_answers_as_a_pattern_does(name):
    """Its methods are those of the compiled expression."""
    real, late = re.compile(r"\s*,\s*"), lazy_pattern(r"\s*,\s*")
    for text in ("a , b,c", ",", ""):
        first, second = getattr(real, name)(text), getattr(late, name)(text)
        assert first == second or first.span() == second.span()
    assert late.sub(";", "a , b") == "a;b"
    assert late.pattern == real.pattern
    assert late.flags == real.flags


def test_an_error_is_raised_at_the_first_use():
    """What does not compile says so as `re` does."""
    pattern = lazy_pattern("(")
    with pytest.raises(re.error):
        pattern.search("a")


def test_it_can_be_copied():
    """Copying asks for methods that no pattern has; they are not taken from the expression."""
    assert copy.deepcopy(lazy_pattern("a")).search("ba")
