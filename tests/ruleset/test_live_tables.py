"""The tables of live checks answer which of them is for a rule, and which hosts may be asked."""

from __future__ import annotations

import pytest

from keyscan.ruleset.live_tables import LiveTables, RequestTemplate, RevokeStep, RevokeTable, VerifyTable


def verify(default, url="https://api.acme.example/v1?x=1", **values):
    """A table for the rule acme-key."""
    return VerifyTable("acme", ("acme-key",), default, "source", "a.toml", "Acme", request=RequestTemplate("GET", url),
                       **values)  # fmt: skip


def test_a_second_consent_chooses_its_table():
    """Of two tables for one rule, the one that needs a consent of its own is taken only when that was given."""
    run, ask = verify("run"), verify("ask")
    tables = LiveTables((ask, run))
    assert tables.verifier("acme-key") is run
    assert tables.verifier("acme-key", asked=True) is ask
    assert tables.verifier("other-key") is None


def test_hosts_are_those_of_requests_and_regions():
    """Ports, paths and queries are no part of a host; each host is named once, in order."""
    tables = LiveTables((verify("run", "https://b.example:8443/x"), verify("ask", regions=("a.example", "b.example"))))
    assert tables.hosts == ("a.example", "api.acme.example", "b.example")


@pytest.mark.parametrize(
    ("way", "confidence", "steps", "automatic"),
    [
        ("self", "high", 1, True),
        ("owner", "high", 1, True),
        ("console", "high", 1, False),
        ("self", "medium", 1, False),
        ("self", "high", 0, False),
    ],
)
def test_only_sure_steps_are_carried_out(way, confidence, steps, automatic):
    """A key is revoked automatically only by steps whose facts are sure, and which keyscan may take."""
    step = RevokeStep(RequestTemplate("DELETE", "https://api.acme.example/key"), (204,))
    table = RevokeTable("acme", ("acme-key",), way, "s", "a.toml", "Acme", steps=(step,) * steps, confidence=confidence)
    assert table.automatic is automatic
    assert LiveTables((), (table,)).revoker("acme-key") is table
