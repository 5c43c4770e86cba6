"""Text of others made harmless for terminals, Markdown and the logs of CI machines."""

from __future__ import annotations

import json
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from keyscan.reporters.shared import escape


@given(st.text(max_size=60))
def test_nothing_acts_in_clean_text(text):
    """One line, nothing hidden, no command of a CI machine; ordinary text is untouched."""
    made = escape.clean(text)
    assert len(made.splitlines()) <= 1
    assert not [char for char in made if unicodedata.category(char) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}]
    assert "::" not in made
    assert "##" not in made
    assert not made.lstrip().startswith(":")


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("größer", "größer"),
        ("a\nb\tc", "a\\nb\\tc"),
        ("\x1b[31m", "\\x1b[31m"),
        ("a\u202eb", "a\\u202eb"),
        ("caf\udce9", "caf\\xe9"),
        ("::error::", "\\x3a:error:\\x3a"),
        ("##vso[", "#\\x23vso["),
        ("\U000e0001", "\\U000e0001"),
    ],
)
def test_what_acts_or_hides_is_written_as_an_escape(text, made):
    """Controls, directions, bytes that are no text, workflow commands."""
    assert escape.clean(text) == made


def test_names_for_data_keep_every_character():
    """Only a byte that is no UTF-8 is written differently."""
    assert escape.name_of("a\n\u202eb") == "a\n\u202eb"
    assert escape.name_of("caf\udce9") == "caf\\xe9"


@pytest.mark.parametrize("text", ["plain", "a`b", "``", "`x`", "", "  ", "a``b`c"])
def test_code_spans_hold_any_text(text):
    """The fence is longer than any run of ticks in the text, and spaces keep ticks at the edges apart."""
    made = escape.code(text)
    fence = made[: len(made) - len(made.lstrip("`"))]
    assert made.endswith(fence)
    assert fence not in made[len(fence) : -len(fence)].strip()


def test_prose_is_no_markup():
    """Markup, mentions, links and list items are text."""
    assert escape.prose("*x* _y_ [z](u)") == r"\*x\* \_y\_ \[z\]\(u\)"
    assert escape.prose("@team") == "(at)team"
    assert escape.prose("https://x.example www.y.example") == r"https\://x.example www\.y.example"
    assert escape.prose("1. item") == r"1\. item"


def test_cells_and_folds():
    """A pipe does not end a cell; a cut is marked and within the limit."""
    assert escape.cell("a|b") == r"a\|b"
    assert escape.fold("abcdef", 6) == "abcdef"
    assert escape.fold("abcdefg", 6) == "abc..."


@given(st.lists(st.text(max_size=20), max_size=5))
def test_json_is_the_same_data_without_commands(values):
    """Strings hold nothing that a log would take for a command, and read back as they were."""
    lines = [escape.json_line(value) for value in values]
    document = escape.json_with_lines({"a": "::x##y", "items": []}, "items", lines)
    assert json.loads(document) == {"a": "::x##y", "items": values}
    assert "::" not in document
    assert "##" not in document
