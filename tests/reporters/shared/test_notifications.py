"""What a run could not or did not say in its findings."""

from __future__ import annotations

from helpers import reports

from keyscan.model.blob import Skip
from keyscan.reporters.shared import notifications
from keyscan.reporters.shared.notifications import Notice, notices


def test_what_was_not_read_comes_first_and_is_an_error():
    """What was skipped on purpose is a note."""
    skipped = (Skip("big.bin", "too large."), Skip("a.txt", "cannot be read", incomplete=True))
    assert list(notices(reports.report(skipped=skipped))) == [
        Notice("Not read: cannot be read.", "error", "a.txt"),
        Notice("Skipped: too large.", "note", "big.bin"),
    ]


def test_interruption_and_findings_without_room():
    """Both are errors: the report is only a part."""
    made = list(notices(reports.report(interrupted=True), left_out=3))
    assert [notice.level for notice in made] == ["error", "error"]
    assert "3 more findings are left out" in made[1].text


def test_what_is_hidden_and_the_notes():
    """Counted, in whole sentences."""
    texts = [notice.text for notice in notices(reports.report(hidden=1, imprecise=2, notes=("an ignore is not used",)))]
    assert texts == [
        "1 finding below the minimum severity not shown.",
        "2 findings below the minimum precision not shown.",
        "an ignore is not used.",
    ]


def test_many_skips_are_counted_by_reason(monkeypatch):
    """Named up to a number, unread ones first; the rest by reason."""
    monkeypatch.setattr(notifications, "_NAMED", 2)
    skipped = (*(Skip(f"{number}", "too large") for number in range(4)), Skip("x", "unreadable", incomplete=True))
    made = list(notices(reports.report(skipped=skipped)))
    assert [notice.path for notice in made] == ["x", "0", ""]
    assert made[-1] == Notice("3 more: too large.", "note")
    assert list(notices(reports.report())) == []
