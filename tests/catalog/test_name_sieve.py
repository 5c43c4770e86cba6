"""The sieve of file names: a superset of what the catalogue knows, and few ordinary names more."""

from __future__ import annotations

import pytest
from helpers.strategies import file_names
from hypothesis import example, given, settings

from keyscan.catalog.name_sieve import MARKS, may_be_judged_by_name
from keyscan.catalog.secret_files import FIXED_NAMES, kind_of


@settings(max_examples=3000, deadline=None)
@given(file_names())
@example("env.example")
@example("env-sample")
@example("env.template")
@example("env.dist")
@example("envrc.example")
@example("my_env.example")
@example(".env.local~x")
@example("x.ENV")
def test_no_name_that_the_catalogue_knows_passes_the_sieve(name):
    """Whatever `kind_of` knows may be judged by name, and has one of the marks in it."""
    if kind_of(name) is not None:
        assert may_be_judged_by_name(name), name
        assert may_be_judged_by_name(f"a/b/{name}"), name
        assert any(mark in name.lower() for mark in MARKS), name


@pytest.mark.parametrize("name", FIXED_NAMES)
def test_no_fixed_name_passes_the_sieve(name):
    """Each name in the catalogue may be judged by name, in any case of its letters."""
    assert may_be_judged_by_name(name)
    assert may_be_judged_by_name(f"a/{name.upper()}")


@pytest.mark.parametrize(
    "path",
    ["a.py", "README.md", "alembic/env.py", "environment.ts", "src/envoy/config.yaml", ".env/readme", "env.d.ts"],
)
def test_ordinary_names_pass(path):
    """Names that no rule judges leave the commit to the fast path."""
    assert not may_be_judged_by_name(path)
