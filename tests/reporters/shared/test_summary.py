"""The console report's last line."""

from __future__ import annotations

import pytest

from keyscan.reporters.shared import summary


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 bytes"),
        (999, "999 bytes"),
        (1000, "1.0 KB"),
        (1_500_000, "1.5 MB"),
        (2 * 10**9, "2.0 GB"),
        (10**13, "10000.0 GB"),
    ],
)
def test_sizes(count, text):
    """Decimal units, up to gigabytes."""
    assert summary.size_text(count) == text


def test_coverage():
    """Files are named unless only objects were read."""
    assert summary.coverage(1, 10, 5, 0.126) == "1 file, 10 bytes, 5 rules, 0.13 s"
    assert summary.coverage(0, 10, 5, 1, "3 blobs") == "3 blobs, 10 bytes, 5 rules, 1.00 s"
    assert summary.coverage(0, 0, 5, 1).startswith("0 files, ")


def test_the_clean_line():
    """With and without color."""
    assert summary.clean_line(2, 10, 5, 0.1) == "keyscan: clean (2 files, 10 bytes, 5 rules, 0.10 s)\n"
    assert "\x1b[1;32mclean\x1b[0m" in summary.clean_line(2, 10, 5, 0.1, color=True)


@pytest.mark.parametrize(
    ("environ", "terminal", "color"),
    [
        ({}, True, True),
        ({}, False, False),
        ({"FORCE_COLOR": "1"}, False, True),
        ({"NO_COLOR": "1", "FORCE_COLOR": "1"}, True, False),
        ({"TERM": "dumb"}, True, False),
    ],
)
def test_when_to_color(environ, terminal, color):
    """NO_COLOR and dumb terminals win, then FORCE_COLOR, then the terminal."""
    assert summary.use_color(environ, terminal=terminal) is color
