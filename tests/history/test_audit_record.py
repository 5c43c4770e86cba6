"""The record of the last complete audit: it comes back as it was, or not at all."""

from __future__ import annotations

import pytest

from keyscan.history.audit_record import AuditRecord, AuditRecords, finding_key
from keyscan.history.clean_objects import write_stored


def test_records_come_back():
    """A record is what was stored, and None when there is none."""
    records = AuditRecords.of("digest", "/somewhere")
    assert records.load() is None
    record = AuditRecord(frozenset({b"ab", b"cd"}), (b"11",), (), 7, {b"ef": b"11"}, frozenset({b"0a1b2c"}))
    records.save(record)
    assert records.load() == record
    assert AuditRecords.of("other", "/somewhere").load() is None


@pytest.mark.parametrize("data", [b"", b"one line", b"a\nb\nc\nno number\n\n", b"\n\n\n\n\n", b"\n\n\n7\nodd\n"])
def test_a_damaged_record_is_none(data):
    """Whatever is not a whole record counts as no audit, so that everything is read again."""
    records = AuditRecords.of("damaged", "/somewhere")
    write_stored(records.name, data)
    assert records.load() is None


def test_a_key_of_a_finding_does_not_tell_its_fingerprint():
    """Six hexadecimal digits, the same for the same fingerprint."""
    assert finding_key("a:b") == finding_key("a:b") != finding_key("a:c")
    assert len(finding_key("a:b")) == 6
