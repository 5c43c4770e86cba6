"""What a scan gives adds up."""

from __future__ import annotations

import dataclasses

from helpers import reports
from hypothesis import given
from hypothesis import strategies as st

from keyscan.model.blob import Skip
from keyscan.scan.result import ScanResult, joined

results = st.builds(
    ScanResult,
    findings=st.lists(st.sampled_from([reports.finding(number) for number in range(3)]), max_size=2).map(tuple),
    skipped=st.lists(st.just(Skip("a", "b")), max_size=2).map(tuple),
    notes=st.lists(st.sampled_from(["x", "y"]), max_size=2).map(tuple),
    partly=st.frozensets(st.binary(max_size=2), max_size=2),
    **dict.fromkeys(("files", "blobs", "commits", "bytes", "hidden", "cached"), st.integers(0, 9)),
    interrupted=st.booleans(),
)


@given(results, results, results)
def test_every_field_adds_up(one, two, three):
    """In order, whichever are added first; nothing is lost, and nothing changes the parts."""
    assert one + two + three == one + (two + three) == joined([one, two, three])
    both = one + two
    for field in dataclasses.fields(ScanResult):
        left, right = getattr(one, field.name), getattr(two, field.name)
        expected = left | right if field.name in {"partly", "interrupted"} else left + right
        assert getattr(both, field.name) == expected, field.name
    assert joined([]) == ScanResult()
