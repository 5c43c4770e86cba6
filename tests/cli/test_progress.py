"""A progress bar on a terminal's standard error; silent anywhere else."""

from __future__ import annotations

import io

import pytest

from keyscan.cli import progress


@pytest.mark.parametrize(
    ("given", "text"),
    [
        ((0, 0, 0, 0.0, False), "  0% 0/0+ objects, 0 MB/s"),
        ((1000, 4_000_000, 2000, 2.0, False), " 50% 1,000/2,000+ objects, 2 MB/s"),
        ((1000, 4_000_000, 2000, 61.0, True), " 50% 1,000/2,000 objects, 0 MB/s, 1:01 left"),
        ((5, 10, 5, 1.0, True), "100% 5/5 objects, 0 MB/s, 0:00 left"),
    ],
)
def test_the_bar_as_text(given, text):
    """The time left is told once all is listed."""
    done, size, listed, seconds, final = given
    made = progress.line(done, size, listed, seconds, final=final)
    assert made.endswith(f"] {text}")
    assert made.count("#") + made.count(".") == 24


def test_no_terminal_no_bar(monkeypatch):
    """A log gets no drawing."""
    monkeypatch.setattr("sys.stderr", io.StringIO())
    assert progress.bar() is None


def test_it_is_drawn_now_and_then_and_taken_away(monkeypatch):
    """Not at each batch; nothing is left of it."""
    out = io.StringIO()
    monkeypatch.setattr("sys.stderr", out)
    bar = progress.Bar()
    bar(1, 1, 2, final=False)
    assert out.getvalue() == ""
    monkeypatch.setattr(progress, "_PAUSE", 0)
    bar(1, 1, 2, final=False)
    bar.clear()
    bar.clear()
    assert out.getvalue().startswith("\rkeyscan [")
    assert out.getvalue().endswith("\r\x1b[K")
    assert out.getvalue().count("\r") == 2
