"""A matcher for some rules, its prefilter from the cache where it was compiled before."""

from __future__ import annotations

import marshal
import sys
from contextlib import contextmanager

import pytest
from helpers.matches import rule
from helpers.tokens import token

from keyscan.engine import build
from keyscan.engine.prefilter.hyperscan import HyperscanPrefilter
from keyscan.engine.prefilter.keywords import KeywordPrefilter
from keyscan.errors import UsageError
from keyscan.support import storage

RULES = [rule(id="acme-key", pattern=r"acme_(?P<secret>[a-z0-9]{20})", keywords=("acme_",), max_length=25)]
TEXT = token("x = acme_{lowernum:20}").encode()


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch, tmp_path):
    """An empty cache."""
    monkeypatch.setenv("KEYSCAN_CACHE_DIR", str(tmp_path / "cache"))


def test_which_engine():
    """`regex` is served by keywords, anything else by Hyperscan."""
    assert isinstance(build.matcher(RULES, "regex")._prefilter, KeywordPrefilter)
    assert isinstance(build.matcher(RULES, "auto")._prefilter, HyperscanPrefilter)
    assert isinstance(build.matcher(RULES, "hyperscan")._prefilter, HyperscanPrefilter)


def test_what_is_small():
    """Keywords serve more input while Hyperscan has nothing stored for these rules: compiling takes seconds."""
    sizes = [0, build.SMALL, build.SMALL + 1, build.SMALL_UNCOMPILED, build.SMALL_UNCOMPILED + 1, None]
    assert [build.is_small(RULES, size) for size in sizes] == [True, True, True, True, False, False]
    build.matcher(RULES, "hyperscan")
    assert [build.is_small(RULES, size) for size in sizes] == [True, True, False, False, False, False]
    other = [rule(id="other-key", pattern=r"other_(?P<secret>[a-z0-9]{20})", keywords=("other_",), max_length=26)]
    assert build.is_small(other, build.SMALL + 1)


def test_what_is_small_where_hyperscan_is_not_installed(monkeypatch):
    """Everything that could be: there is nothing to wait for."""
    monkeypatch.setattr(build.util, "find_spec", lambda _name: None)
    assert build.is_small(RULES, build.SMALL_UNCOMPILED)
    assert not build.is_small(RULES, None)


def test_where_hyperscan_is_not_installed(monkeypatch):
    """Auto does without it; asked for by name, it is an error."""
    monkeypatch.setitem(sys.modules, "hyperscan", None)
    assert isinstance(build.matcher(RULES, "auto")._prefilter, KeywordPrefilter)
    with pytest.raises(UsageError, match="--engine hyperscan: the package hyperscan is not installed here"):
        build.matcher(RULES, "hyperscan")


def test_compiling_is_told_and_loading_is_not():
    """The context is entered for the seconds of the compilation only: never for keywords, nor for what is stored."""
    entered = []

    @contextmanager
    def compiling():
        entered.append(len(entered))
        yield

    build.matcher(RULES, "regex", compiling)
    assert entered == []
    build.matcher(RULES, "hyperscan", compiling)
    assert entered == [0]
    build.matcher(RULES, "hyperscan", compiling)
    assert entered == [0]


def test_what_was_compiled_is_loaded(monkeypatch):
    """A second matcher compiles nothing, and finds the same."""
    first = build.matcher(RULES).scan(TEXT).matches
    monkeypatch.setattr(HyperscanPrefilter, "of", lambda _: pytest.fail("compiled again"))
    assert build.matcher(RULES).scan(TEXT).matches == first
    assert len(first) == 1


@pytest.mark.parametrize("number", range(3))
def test_damaged_artefacts_are_made_again(number):
    """Whatever does not load is compiled, not an error and not a miss."""
    build.matcher(RULES)
    name = build._stored_names(RULES)[number]
    storage.write(name, b"[[]]" if number == 0 else b"junk")
    assert len(build.matcher(RULES).scan(TEXT).matches) == 1


def test_a_list_of_no_entries_is_made_again():
    """With databases that load, its hits would be those of no rule."""
    build.matcher(RULES)
    name = build._stored_names(RULES)[0]
    whole = storage.read(name)
    storage.write(name, marshal.dumps([[], []]))
    assert len(build.matcher(RULES).scan(TEXT).matches) == 1
    assert storage.read(name) == whole


def test_other_rules_have_other_names():
    """A changed pattern is another database."""
    other = [rule(id="acme-key", pattern=r"acme_(?P<secret>[a-z0-9]{21})", keywords=("acme_",), max_length=26)]
    assert set(build.database_names(RULES)).isdisjoint(build.database_names(other))
    assert set(build.database_names(RULES)) < set(build._stored_names(RULES))
