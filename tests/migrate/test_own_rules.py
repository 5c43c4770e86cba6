"""A pattern of another tool as a rule in gitleaks' format."""

from __future__ import annotations

from keyscan.migrate.own_rules import imported
from keyscan.migrate.result import ImportedRule, Note, Unsupported


def test_a_rule_its_remarks_and_its_comments():
    """The id is spelt as ours are; what was cut is told."""
    items = list(imported({"id": "Acme Key!", "regex": "acme_[a-z]+"}, "f:3", ("why",)))
    assert items[-1] == ImportedRule({"id": "acme-key", "regex": "acme_[a-z]+"}, "f:3", ("why",))
    assert isinstance(items[0], Note)
    assert items[0].text.startswith("f:3: rule acme-key: unbounded repeats")


def test_what_cannot_be_said():
    """An expression that has no counterpart is lost with its place."""
    (item,) = imported({"id": "a", "regex": "(?=x)"}, "f:3")
    assert isinstance(item, Unsupported)
    assert item.place == "f:3"
