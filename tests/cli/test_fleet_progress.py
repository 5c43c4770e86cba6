"""How far a fleet's run is: lines of text or JSON, or a live bar."""

from __future__ import annotations

import dataclasses
import io
import json
import sys

import pytest
from helpers import reports

from keyscan.cli import fleet_progress
from keyscan.fleet.model import OwnedFinding, Repository, RepositoryResult, Status

RESULT = RepositoryResult(
    Repository("a/b\x1b[2J", "https://forge.example/a/b"), Status.FAILED, "gone\n", bytes=5, seconds=1.25,
    findings=(OwnedFinding(reports.finding(1)),),
)  # fmt: skip


def test_a_line_of_text():
    """Status, name, reason, findings; nothing in it acts."""
    assert fleet_progress.line(RESULT, 3, 10) == "[3/10] failed a/b\\x1b[2J: gone\\n, 1 finding (1.2 s)"


def test_a_line_of_json():
    """The same for machines."""
    made = json.loads(fleet_progress.json_line(RESULT, 3, 10))
    assert (made["done"], made["total"], made["status"], made["findings"], made["seconds"]) == (
        3,
        10,
        "failed",
        1,
        1.25,
    )
    assert "\x1b" not in made["repository"]


@pytest.mark.parametrize(
    ("form", "start"), [("text", "[1/2] failed"), ("json", '{"done": 1'), ("auto", "[1/2] failed")]
)
def test_where_no_terminal_is_there_are_lines(monkeypatch, form, start):
    """One for each repository, at once."""
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    with fleet_progress.listener(form) as told:
        told(RESULT, 1, 2)
    assert out.getvalue().startswith(start)
    assert out.getvalue().count("\n") == 1


class Terminal(io.StringIO):
    """A stream that says that it is a terminal."""

    def isatty(self):
        """As a terminal."""
        return True


def test_a_terminal_has_a_bar_and_keeps_the_lines_of_failures(monkeypatch):
    """The bar shows repositories, bytes and findings; only what failed has a line, and nothing in it acts."""
    pytest.importorskip("rich")
    out = Terminal()
    monkeypatch.setattr("sys.stderr", out)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "200")
    with fleet_progress.listener("auto") as listener:
        assert isinstance(listener, fleet_progress.Live)
        listener(dataclasses.replace(RESULT, status=Status.AUDITED, reason="", bytes=3_000_000), 1, 2)
        listener(RESULT, 2, 2)
    text = out.getvalue()
    assert "2/2 repositories" in text
    assert "3 MB, 2 findings" in text
    assert text.count("failed a/b\\x1b[2J: gone\\n, 1 finding") == 1
    assert "\x1b[2J" not in text


def test_without_the_library_there_are_lines(monkeypatch):
    """On a terminal too."""
    monkeypatch.setitem(sys.modules, "rich.console", None)
    out = Terminal()
    monkeypatch.setattr("sys.stderr", out)
    with fleet_progress.listener("auto") as listener:
        listener(RESULT, 1, 2)
    assert out.getvalue().startswith("[1/2] failed")
