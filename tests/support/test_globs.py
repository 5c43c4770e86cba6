"""Globs mean what git means by them, and cost little whatever they hold."""

from __future__ import annotations

import subprocess
import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from keyscan.support.globs import BadGlob, Globs

NAMES = st.text("ab.", min_size=1, max_size=3).filter(lambda name: name.strip("."))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
SEGMENT = st.sampled_from(["a", "b", "*", "?", "**", "a*", "*.b", "[ab]", "[!a]", "a?b", "[a-b]*", "*a*b", ".a"])
PATTERNS = st.tuples(
    st.sampled_from(["", "", "!", "/"]),
    st.lists(SEGMENT, min_size=1, max_size=4).map("/".join),
    st.sampled_from(["", "", "/"]),
).map("".join)


@pytest.fixture(scope="module")
def bare(tmp_path_factory):
    """A repository to ask git in."""
    place = tmp_path_factory.mktemp("globs")
    subprocess.run(["git", "init", "-q"], cwd=place, check=True)
    return place


@given(st.lists(st.tuples(st.lists(PATTERNS, min_size=1, max_size=4), PATHS), min_size=20, max_size=20))
@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
def test_git_agrees(bare, cases):
    """For random patterns and paths, a path is matched if and only if `git check-ignore` says ignored."""
    for patterns, path in cases:
        (bare / ".git" / "info" / "exclude").write_text("\n".join(patterns) + "\n")
        done = subprocess.run(
            ["git", "check-ignore", "-q", "--no-index", path], cwd=bare, check=False, capture_output=True
        )
        assert (Globs(patterns).match(path) is not None) == (done.returncode == 0), (patterns, path)


@pytest.mark.parametrize(
    ("patterns", "path", "hit"),
    [
        (["docs/"], "docs", False),
        (["/a.py"], "x/a.py", False),
        (["# a"], "# a", False),
        (["*.py", "!keep.py"], "keep.py", False),
        (["a\\*"], "ab", False),
        (["[[:digit:]].txt"], "a.txt", False),
        (["docs/"], "docs/x/y.md", True),
        (["*.py"], "deep/down/a.py", True),
        (["vendor/", "!vendor/x"], "vendor/x", True),
        (["a\\*"], "a*", True),
        (["\\#a"], "#a", True),
        (["[]x].txt"], "].txt", True),
        (["[[:digit:]].txt"], "1.txt", True),
        (["test/**/fixtures"], "test/fixtures/a", True),
        (["trailing   "], "trailing", True),
    ],
)
def test_the_rules_of_gitignore(patterns, path, hit):
    """Anchors, directories, negation, escapes, classes and double stars."""
    assert (Globs(patterns).match(path) is not None) is hit


def test_a_hostile_glob_costs_little():
    """Dozens of stars against a long path that does not match take no time."""
    started = time.perf_counter()
    assert Globs(["/".join(["**", "*a" * 60 + "b"] * 20)]).match("/".join(["a" * 200] * 20)) is None
    assert time.perf_counter() - started < 2


@pytest.mark.parametrize("pattern", ["[ab", "a\\", "/", "!"])
def test_a_malformed_glob_is_an_error(pattern):
    """What git would silently never match is an error."""
    with pytest.raises(BadGlob):
        Globs([pattern])
