"""Edits and plans as values: the diff, appended lines, patterns that match one name only."""

from __future__ import annotations

import os

import pytest
from helpers.tokens import token
from hypothesis import given, settings
from hypothesis import strategies as st

from keyscan.remediation.edits import AppendedLines, Edit, EditPlan, literal_pattern
from keyscan.support.globs import Globs


def test_a_new_file_is_shown_against_nothing():
    """The diff of a file that does not exist yet names /dev/null as its source."""
    assert list(Edit("a", None, b"x\n").diff()) == ["--- /dev/null", "+++ b/a", "@@ -0,0 +1 @@", "+x"]


def test_of_a_long_line_only_the_length_is_shown():
    """A file that is one long line, such as a notebook, may hold secrets beside the changed one that no rule found."""
    shown = list(Edit("n.ipynb", b"x" * 300 + b"\nold\n", b"y" * 1299 + b"\nnew\n").diff())[3:]
    assert shown == [
        "-(a line of 300 characters, not shown)",
        "-old",
        "+(a line of 1,299 characters, not shown)",
        "+new",
    ]


def test_a_plan_is_true_when_there_is_something_to_do():
    """Edits and paths to untrack count, remarks alone do not."""
    assert EditPlan((Edit("a", None, b""),))
    assert EditPlan(untrack=("a",))
    assert not EditPlan(unsupported=("a: why",))


def test_contents_are_not_in_the_representation():
    """A traceback that shows an edit shows no contents: they may hold a secret."""
    assert repr(Edit("a", b"hidden", b"hidden")) == "Edit('a')"


@pytest.mark.parametrize(
    ("old", "new"),
    [(None, b".env\n"), (b"a", b"a\n.env\n"), (b"a\r\n", b"a\r\n.env\r\n"), (b"a\r\nb", b"a\r\nb\r\n.env\r\n")],
)
def test_appended_lines_keep_the_line_ends_of_the_file(old, new):
    """A line is added once, in the file's own line ends, after a last line that is completed first."""
    lines = AppendedLines()
    lines.add(".gitignore", ".env")
    lines.add(".gitignore", ".env")
    assert [edit.new for edit in lines.edits(lambda _path: old)] == [new]


@settings(deadline=None)
@given(
    st.text(st.characters(exclude_characters="/\n\r\0", exclude_categories=["Cs"]), min_size=1).filter(
        lambda name: name not in {".", ".."}
    )
)
def test_a_literal_pattern_matches_its_name(name):
    """Whatever characters a name holds, its pattern matches it, and not the name with one more character."""
    globs = Globs([literal_pattern(name)])
    assert globs.match(name) is not None
    assert globs.match(name + "x") is None


def test_git_reads_a_literal_pattern_the_same_way(repo):
    """Git ignores exactly the file that the pattern was made for."""
    names = ["[a]*", "#x", "!y", "z ", "back\\slash", "t\t", " lead", "q?"]
    if os.name == "nt":
        names = ["[a]", "#x", "!y", " lead"]
    repo.write(".gitignore", "".join(literal_pattern(name) + "\n" for name in names))
    for name in [*names, "a", "x", "y", "z", "qq"]:
        repo.write(name, "x")
    untracked = repo.git("ls-files", "-z", "-o", "--exclude-standard").decode().split("\0")
    assert sorted(filter(None, untracked)) == sorted([".gitignore", "a", "x", "y", "z", "qq"])


def test_a_diff_masks_values_that_no_rule_finds():
    """Whole lines are shown: what looks random on them is masked, names and words and redacted keys are not."""
    value = token("{alnum:28}", "unfound")
    text = f'connect("{value}", key=os.environ["OPENAI_API_KEY"], model="gpt-4o-mini", old="sk-...[1e2305c3]")\n'
    lines = list(Edit("a.py", text.encode(), text.replace("old", "new").encode()).diff())
    assert not [line for line in lines if value[5:15] in line]
    assert lines[-1] == '+connect("...", key=os.environ["OPENAI_API_KEY"], model="gpt-4o-mini", new="sk-...[1e2305c3]")'
