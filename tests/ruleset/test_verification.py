"""The [[verify]] and [[revoke]] tables of rule files."""

from __future__ import annotations

import tomllib

import pytest
from helpers.paths import ROOT
from helpers.rule_tables import GOOD

from keyscan.errors import RuleError
from keyscan.ruleset import loader, verification
from keyscan.ruleset.verification_schema import verify_table


def read(text):
    """The value of a verify table."""
    return verify_table(tomllib.loads(text), "acme.toml", "Acme")


def test_every_built_in_rule_has_both_tables():
    """Each rule says how its keys are asked about, or why they are not, and how they are revoked."""
    tables = verification.load([ROOT / "rules"])
    for rule in loader.load([ROOT / "rules"]):
        table = tables.verifier(rule.id)
        if table is None and rule.category == "generic":
            continue  # nobody knows whose key it is: "not-checked"
        assert table, rule.id
        assert table.default == "run" or table.why, rule.id
        assert tables.revoker(rule.id), rule.id


def test_only_sure_revocations_are_automatic():
    """A revocation is carried out only where the facts behind it are sure."""
    tables = verification.load([ROOT / "rules"])
    automatic = [table for table in tables.revoke if table.automatic]
    assert len(automatic) >= 20
    assert all(table.confidence == "high" for table in automatic)


def test_a_file_cannot_redirect_the_rules_of_another(tmp_path):
    """A second table for a rule is refused: a rule file cannot send another file's keys elsewhere."""
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text(f'provider = "Acme"\n[[verify]]\n{GOOD}')
    with pytest.raises(RuleError, match="rule acme-key has one in"):
        verification.load([tmp_path])


def test_tables_of_a_wrong_type_are_refused(tmp_path):
    """`[verify]` in place of `[[verify]]` is a clear error."""
    (tmp_path / "a.toml").write_text(f'provider = "Acme"\n[verify]\n{GOOD}')
    with pytest.raises(RuleError, match=r"write \[\[verify\]\]"):
        verification.load([tmp_path])
