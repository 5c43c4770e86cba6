"""Globs mean what git means by them, and cost little whatever they hold."""

from __future__ import annotations

import subprocess
import time

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from keyscan.support.globs import BadGlob, Globs, last_match, lines, matches

NAMES = st.text("ab.", min_size=1, max_size=3).filter(lambda name: name.strip("."))
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
SEGMENT = st.sampled_from(
    ["a", "b", "*", "?", "**", "a*", "*.b", "[ab]", "[!a]", "a?b", "[a-b]*", "*a*b", ".a", "**b", "[]a]", "[a-]",
     "[^a]", "[[:alpha:]]", "\\a", "\\*", "a\\.b", "[\\]a]", "[!]a]"]
)  # fmt: skip
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


@given(st.lists(PATTERNS, min_size=1, max_size=4), st.lists(PATHS, min_size=12, max_size=12))
@settings(
    max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), phases=[Phase.explicit, Phase.generate]
)
def test_git_agrees(bare, patterns, paths):
    """For random patterns and paths, a path is matched if and only if `git check-ignore` says ignored."""
    (bare / ".git" / "info" / "exclude").write_text("\n".join(patterns) + "\n")
    done = subprocess.run(
        ["git", "check-ignore", "--no-index", "-z", "--stdin"],
        cwd=bare, input="".join(f"{path}\0" for path in paths).encode(), capture_output=True, check=False,
    )  # fmt: skip
    ignored = set(done.stdout.decode().split("\0"))
    for path in paths:
        assert (Globs(patterns).match(path) is not None) == (path in ignored), (patterns, path)


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
        (["a**"], "ab", True),
    ],
)
def test_the_rules_of_gitignore(patterns, path, hit):
    """Anchors, directories, negation, escapes, classes and double stars."""
    assert (Globs(patterns).match(path) is not None) is hit


def test_a_hostile_glob_costs_little():
    """Dozens of stars against a long path that does not match take no time."""
    started = time.process_time()
    assert Globs(["/".join(["**", "*a" * 60 + "b"] * 20)]).match("/".join(["a" * 200] * 20)) is None
    assert time.process_time() - started < 2


@pytest.mark.parametrize("pattern", ["[ab", "a\\", "/", "!"])
def test_a_malformed_glob_is_an_error(pattern):
    """What git would silently never match is an error."""
    with pytest.raises(BadGlob):
        Globs([pattern])


@pytest.mark.parametrize("pattern", ["[ab", "a\\", "/", "!", "x" * 5000])
def test_a_malformed_line_of_an_ignore_file_matches_nothing(pattern):
    """What git never matches is skipped in a file that was not written for us, and its other lines count."""
    globs = Globs.of_file(f"{pattern}\r\n*.log\r\n")
    assert globs.match("a.log") == "*.log\r"
    assert globs.match("ab") is None
    assert not matches(pattern, "ab")


@pytest.mark.parametrize(
    ("pattern", "path", "hit"),
    [
        ("*", "a/b", False),
        ("a/*", "a/b/c", False),
        ("[!a]b", "ab", False),
        ("a?", "a", False),
        ("*a*a*a*a*a*a*a*a*a*a*b", "a" * 3000, False),
        ("**/**/**/**/x", "a/" * 1000 + "y", False),
        ("*.env", ".env", True),
        ("**/.env", ".env", True),
        ("**/.env", "a/b/.env", True),
        ("a/**", "a/b/c", True),
        (".env.[a-c]*", ".env.bak", True),
        ("a\\*b", "a*b", True),
    ],
)
def test_whole_paths(pattern, path, hit):
    """A pattern matches whole paths, stays within a name but for the double star, and never takes long."""
    assert matches(pattern, path) is hit


@given(st.text("ab.*?", max_size=12), st.text("ab.", min_size=1, max_size=12))
def test_a_name_is_matched_as_by_fnmatch(pattern, name):
    """On single names the matcher equals the standard library's."""
    from fnmatch import fnmatchcase

    if pattern != "**":
        assert matches(pattern, name) is fnmatchcase(name, pattern)


@pytest.mark.parametrize(
    ("patterns", "path", "named"),
    [
        ([".env"], "conf/.env", False),
        (["**/.env"], "conf/.env", True),
        (["conf", "!conf/.env"], "conf/.env", False),
        (["*", "!conf"], "conf/.env", False),
        (["."], "a/b", True),
        (["./conf/"], "conf/.env", True),
        (["!a", "a"], "a", True),
    ],
)
def test_the_last_pattern_decides_for_docker_and_npm(patterns, path, named):
    """Patterns count from the top, for whole directories too, and what is taken back comes back below one."""
    assert last_match(patterns, path) is named


def test_lines_without_comments():
    """Comments and empty lines of a file of patterns are dropped, spaces round a pattern too."""
    assert lines("# x\n\n  a b \r\n#\n!c\n") == ["a b", "!c"]
