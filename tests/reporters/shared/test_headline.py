"""A report in one line."""

from __future__ import annotations

import pytest
from helpers import reports

from keyscan.model.blob import Origin, Skip
from keyscan.model.report import Stats
from keyscan.model.rule import Severity
from keyscan.reporters.shared.headline import counted, headline, megabytes, sentences

UNREAD = (Skip("a", "unreadable", incomplete=True),)


@pytest.mark.parametrize(
    ("report", "start"),
    [
        (reports.report(), "keyscan: clean ("),
        (reports.report(skipped=UNREAD), "keyscan: incomplete, nothing found in what was read ("),
        (reports.report(interrupted=True), "keyscan: incomplete, nothing found in what was read ("),
        (reports.report(reports.finding()), "keyscan: 1 finding: 1 high ("),
        (reports.report(reports.finding(), skipped=UNREAD), "keyscan: incomplete, 1 finding: 1 high ("),
    ],
)
def test_clean_is_said_only_where_all_was_read(report, start):
    """What was not read is never clean."""
    assert headline(report).startswith(start)


def test_a_secret_in_several_places_counts_once():
    """Secrets with their worst severity, and all places; without the word secret where one is none."""
    copies = [reports.finding(1, origin=Origin(name)) for name in "abc"]
    worse = reports.finding(1, origin=Origin("d"), severity=Severity.CRITICAL)
    assert headline(reports.report(*copies)).startswith("keyscan: 1 secret in 3 places: 1 high (")
    assert counted([*copies, worse, reports.finding(2)]) == "2 secrets in 5 places: 1 critical, 1 high"
    assert counted([*copies, reports.finding(2, provider="keyscan")]) == "2 findings in 4 places: 2 high"
    assert next(sentences(reports.report(*copies))) == "1 secret in 3 places: 1 high."


def test_what_does_not_count_is_counted():
    """Baseline, ignored, hidden, imprecise and skipped, each where there is some."""
    line = headline(reports.full())
    for part in ("1 in the baseline", "2 ignored", "2 below the minimum severity", "2 skipped"):
        assert part in line
    assert "baseline" not in headline(reports.report())


def test_objects_and_the_cache():
    """Blobs, commits, and what an earlier run had read."""
    line = headline(reports.report(stats=Stats(blobs=1, commits=2, known=3, rules=5)))
    assert "1 blob, 2 commits, 3 objects cached" in line
    assert any(
        "3 unchanged objects taken from the cache." in one for one in sentences(reports.report(stats=Stats(known=3)))
    )


def test_only_the_verdict_is_painted():
    """Findings in red, clean in green."""
    paint = lambda code, text: f"<{code}:{text}>"  # noqa: E731
    assert headline(reports.report(), paint).startswith("keyscan: <1;32:clean> (")
    assert headline(reports.report(reports.finding()), paint).startswith("keyscan: <1;31:1 finding: 1 high> (")


def test_words_for_numbers():
    """Units that suit a size."""
    assert (megabytes(1500), megabytes(2_500_000)) == ("1.5 kB", "2.5 MB")
