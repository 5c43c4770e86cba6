"""What a dashboard may filter by."""

from __future__ import annotations

from helpers import reports

from keyscan.model.blob import Origin
from keyscan.model.finding import Validity
from keyscan.reporters.shared.properties import facts


def test_a_finding_in_a_file():
    """Severity, precision, provider and redacted form; nothing of a history."""
    assert dict(facts(reports.finding(1))) == {
        "severity": "high",
        "precision": "very-high",
        "provider": "Example",
        "redacted": "ex-...[00000001]",
    }


def test_a_finding_in_history_has_no_address():
    """Author without e-mail, even where the name holds one."""
    origin = Origin("a", commit="c" * 40, author="Ada <ada@example.org>", email="ada@example.org", date="2026-01-01")
    made = dict(facts(reports.historic(1, origin=origin)))
    assert made["author"] == "Ada"
    assert (made["inHead"], made["overdue"], made["exposedDays"], made["branches"]) == (False, True, 200, ["main"])
    assert "ada@example.org" not in str(made)


def test_what_the_issuer_says():
    """Whose the key is, but no address of anybody."""
    known = Validity("live", host="api.example.org", identity=(("user", "ada@example.org"), ("plan", "pro")))
    made = dict(facts(reports.finding(1, validity=known)))
    assert (made["validity"], made["validityReason"], made["identity"]) == ("live", None, {"plan": "pro"})
