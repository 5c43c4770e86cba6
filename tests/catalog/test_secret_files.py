"""What a file's name says of it, and the patterns by which git finds such files untracked."""

from __future__ import annotations

import pytest
from helpers.strategies import file_names
from hypothesis import given, settings

from keyscan.catalog.secret_files import FIXED_NAMES, PATTERNS, Kind, environment_of, kind_of
from keyscan.support.globs import Globs

_GLOBS = Globs(PATTERNS)


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        (".env", Kind.ENV),
        ("a/.env.production", Kind.ENV),
        ("prod.env", Kind.ENV),
        (".envrc", Kind.ENV),
        (".dev.vars", Kind.ENV),
        (".env.example", Kind.TEMPLATE),
        ("env-sample", Kind.TEMPLATE),
        ("envrc.example", Kind.TEMPLATE),
        ("service-account-prod.json", Kind.JSON),
        (".streamlit/secrets.toml", Kind.TOML),
        (".npmrc", Kind.INI),
        ("_netrc", Kind.NETRC),
        ("env", None),
        ("env.py", None),
        (".env.vault", None),
        (".env.swp", None),
        ("environment.yml", None),
    ],
)
def test_kinds(path, kind):
    """The kinds of well-known names, and names that only look like them."""
    assert kind_of(path) is kind


@settings(max_examples=2000, deadline=None)
@given(file_names())
def test_the_patterns_match_every_name_that_is_known(name):
    """No name of the family escapes the patterns by which untracked files are found."""
    if kind_of(name) is not None:
        assert _GLOBS.match(name) is not None, name


@pytest.mark.parametrize("name", FIXED_NAMES)
def test_the_patterns_match_every_fixed_name(name):
    """Git lists each name in the catalogue, in any case of its letters."""
    assert Globs(PATTERNS).match(f"a/{name}")
    assert Globs(PATTERNS).match(name.upper())


def test_git_finds_untracked_files_by_the_patterns(repo):
    """Git lists the files of the family by these patterns, whatever the case of their letters."""
    names = ["env-sample", ".ENV", "Prod.Env", "env_example", ".flaskenv", "my-env.template", "SERVICE-ACCOUNT.json"]
    for name in [*names, "a.py", "README"]:
        repo.write(name, "x")
    rules = [word for pattern in PATTERNS for word in ("-x", f"!{pattern}")]
    listed = repo.git("ls-files", "-o", "-i", "-z", "-x", "*", *rules).decode().split("\0")
    assert sorted({"a.py", "README", *names} - set(filter(None, listed))) == sorted(names)


@pytest.mark.parametrize(
    ("path", "label"),
    [(".env.production", "production"), ("staging/.env", "staging"), (".env", ""), (".env.local", "development")],
)
def test_environments(path, label):
    """The environment that a file is for, by its name or its directory."""
    assert environment_of(path) == label
