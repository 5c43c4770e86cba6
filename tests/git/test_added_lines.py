"""Which lines a change adds: those of git's hunks, new against every version before."""

from __future__ import annotations

import pytest

from keyscan.git import added_lines
from keyscan.git.command import Git, from_top


@pytest.fixture
def changed(repo):
    """A repository whose staged a.txt has other lines than its commit: two more, one changed, one gone."""
    repo.stage("a.txt", "1\n2\n3\n4\n5\n6\n")
    repo.commit()
    repo.stage("a.txt", "1\nnew\nnew\n2\n3\nchanged\n5\n")
    return repo


def test_lines_of_a_change(changed):
    """Added and changed lines count, from 1; deleted ones do not."""
    assert added_lines.lines(Git(changed.path), "--cached", "--", from_top("a.txt")) == [range(2, 4), range(6, 7)]


def test_only_what_is_asked_for(changed):
    """Another path's lines are not mixed in, and no change has no lines."""
    changed.stage("b.txt", "b\n")
    assert added_lines.lines(Git(changed.path), "--cached", "--", from_top("b.txt")) == [range(1, 2)]
    changed.commit()
    assert added_lines.lines(Git(changed.path), "--cached", "--", from_top("a.txt")) == []


def test_a_line_that_looks_like_a_hunk_is_text(repo):
    """Text of the file never counts as git's own line."""
    repo.stage("a.txt", "x\n")
    repo.commit()
    repo.stage("a.txt", "x\n@@ -1 +40,9 @@\n")
    assert added_lines.lines(Git(repo.path), "--cached", "--", from_top("a.txt")) == [range(2, 3)]


@pytest.mark.parametrize(
    ("versions", "expected"),
    [
        ([], None),
        ([[range(1, 5)]], [range(1, 5)]),
        ([[range(1, 5)], [range(3, 9)]], [range(3, 5)]),
        ([[range(1, 5), range(8, 12)], [range(2, 3), range(4, 10)]], [range(2, 3), range(4, 5), range(8, 10)]),
        ([[range(1, 5)], []], []),
        ([[range(1, 5)], [range(5, 9)]], []),
    ],
)
def test_lines_new_against_every_parent(versions, expected):
    """What any parent had is not new; without a parent, all is."""
    assert added_lines.common(versions) == expected
