"""What the formats for a terminal share."""

from __future__ import annotations

import pytest
from helpers import reports

from keyscan.model.blob import Origin
from keyscan.model.finding import Location, Snippet
from keyscan.reporters.shared.terminal import Paint, place_of, source_lines, width


def caret(snippet: Snippet) -> list[str]:
    """The two lines of a finding on line 7."""
    return list(source_lines(reports.finding(snippet=snippet, location=Location(7, 1, 7, 2)), Paint(on=False)))


def test_places():
    """Path, line, column; cell and encoding where there are some."""
    assert place_of(reports.finding(2)) == "src/app.py:3:8"
    where = Location(3, 5, 3, 9, 2, "base64")
    assert (
        place_of(reports.finding(origin=Origin("a\n.py"), location=where))
        == "a\\n.py:3:5 (cell 2, decoded from base64)"
    )


@pytest.mark.parametrize("before", ['key = "', '\tkey = "', '名前 = "', "e\u0301 = "])
def test_the_caret_is_under_the_secret(before):
    """Tabs, wide and combining characters count as a terminal shows them."""
    line, mark = caret(Snippet(before, "ex-***", '"'))
    start = width(line[: line.index("ex-***")])
    assert mark.index("^") == start
    assert mark.count("^") == 6


def test_long_lines_are_cut_before_the_secret():
    """The mark stays on the screen."""
    line, _ = caret(Snippet("x" * 500, "ex-***"))
    assert len(line) < 60
    assert "... xxxx" in line


def test_no_snippet_no_lines():
    """Nothing is shown where there is no source line."""
    assert caret(None) == []


def test_paint():
    """Codes only where they are wanted."""
    assert Paint(on=True)("31", "x") == "\x1b[31mx\x1b[0m"
    assert Paint(on=False)("31", "x") == "x"


def test_a_colon_behind_the_secret_is_shown_as_it_is():
    """It does not begin a line, so no CI machine takes it for a command; a command's two colons stay escaped."""
    line, _ = caret(Snippet("f({ ", "flag", ": true })"))
    assert line.endswith("f({ flag: true })")
    line, _ = caret(Snippet("", "x", "::error::"))
    assert "::" not in line
