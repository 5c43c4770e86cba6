"""Findings as JSON for the state, and back."""

from __future__ import annotations

import pytest
from helpers import reports

from keyscan.fleet.serialize import finding_from, finding_to
from keyscan.model.blob import Origin
from keyscan.model.finding import Validity


@pytest.mark.parametrize(
    "finding",
    [
        reports.finding(1),
        reports.historic(2),
        reports.finding(3, snippet=None, origin=Origin("caf\udce9\n.py", named=True)),
        reports.finding(4, validity=Validity("live", identity=(("user", "Ada"),))),
    ],
)
def test_a_finding_comes_back_as_it_was(finding):
    """Every field, names that are no text included, on one line."""
    text = finding_to(finding)
    assert "\n" not in text
    assert finding_from(text) == finding


def test_plaintext_is_never_stored():
    """A finding that carries its secret is refused."""
    with pytest.raises(ValueError, match="plaintext"):
        finding_to(reports.finding(1, secret="PLAIN"))
