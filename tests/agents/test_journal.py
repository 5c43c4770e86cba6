"""When each agent's hook was last run, and what went wrong."""

from __future__ import annotations

from keyscan.agents import journal


def test_records_are_bounded_and_hold_no_payload(tmp_path):
    """The last errors are kept, on one line each, and the time of the last event."""
    records = journal.Journal(tmp_path / "deep" / "records", "codex")
    assert records.last_seen() is None
    records.seen()
    for number in range(50):
        records.failed(f"error {number}\nsecond line")
    assert records.last_seen()
    assert len(records.errors()) == 20
    assert records.errors()[-1].endswith("error 49 second line")
