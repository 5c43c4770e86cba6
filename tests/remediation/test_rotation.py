"""Plans for rotating a key, from its rule alone; and keys by age."""

from __future__ import annotations

from dataclasses import replace

import pytest
from helpers import reports
from helpers.live import RULES, TABLES

from keyscan.model.finding import Provenance
from keyscan.remediation import rotation
from keyscan.remediation.dual_key import LANGUAGES

VERIFY = {rule: table for table in TABLES.verify for rule in table.rules}
REVOKE = {rule: table for table in TABLES.revoke for rule in table.rules}


def plan_of(rule_id, findings=(), fingerprint=""):
    """The plan for a key of a built-in rule."""
    return rotation.plan(RULES[rule_id], findings, VERIFY.get(rule_id), REVOKE.get(rule_id), fingerprint)


@pytest.mark.parametrize("rule_id", sorted(RULES))
def test_every_rule_has_a_plan(rule_id):
    """Nine steps in order, no text unfilled, a program for each language; a public key has one step."""
    plan = plan_of(rule_id)
    if RULES[rule_id].public:
        assert len(plan.steps) == 1
        return
    assert [step.title.split()[0] for step in plan.steps] == [
        "Create", "Keep", "Put", "Deploy,", "Check", "Revoke", "Confirm", "Check", "Take",
    ]  # fmt: skip
    programs = dict(plan.steps[1].programs)
    assert list(programs) == list(LANGUAGES.values())
    for text in (*programs.values(), *(detail for step in plan.steps for detail in step.details)):
        assert "@NAME@" not in text
        assert "@URL@" not in text
    assert all(f"{plan.variable}_BACKUP" in program for program in programs.values())


def test_the_variable_is_the_rules_own():
    """Else one made of the rule's id, in the form that every shell accepts."""
    assert plan_of("anthropic-api-key").variable == "ANTHROPIC_API_KEY"
    unnamed = replace(RULES["anthropic-api-key"], env=())
    assert rotation.plan(unnamed, [], None, None).variable == "ANTHROPIC_API_KEY"


def test_commands_with_a_fingerprint_need_one():
    """`keyscan revoke` is offered for a known finding that keyscan can revoke itself, and only then."""
    automatic = next(rule for rule, table in sorted(REVOKE.items()) if table.automatic and not RULES[rule].public)
    console = next(rule for rule, table in sorted(REVOKE.items()) if not table.automatic and not RULES[rule].public)
    mark = f"{automatic}:{'0' * 20}"
    assert plan_of(automatic, fingerprint=mark).steps[5].commands == (f"keyscan revoke {mark}",)
    assert plan_of(automatic).steps[5].commands == ()
    assert plan_of(console, fingerprint=f"{console}:{'0' * 20}").steps[5].commands == ()
    assert plan_of(automatic, fingerprint=mark).steps[8].commands[-1].endswith(f"--secrets {mark}")


def test_a_kind_that_is_never_asked_is_confirmed_by_hand():
    """`keyscan verify` is offered only where it would ask."""
    never = next(rule for rule, table in sorted(VERIFY.items()) if table.default == "never" and not RULES[rule].public)
    asked = next(rule for rule, table in sorted(VERIFY.items()) if table.default == "run" and not RULES[rule].public)
    assert plan_of(never).steps[6].commands == ()
    assert plan_of(asked).steps[6].commands == ("keyscan verify",)


def test_places_and_age_are_those_of_the_history():
    """All paths once, few of them shown, and since when the usage has to be looked at."""
    known = Provenance(paths=("old.py", "src/app.py"), first_seen="2025-03-01T10:00:00+00:00", exposed_days=40)
    many = [
        reports.finding(number, origin=replace(reports.finding().origin, path=f"f{number}.py")) for number in range(7)
    ]
    plan = plan_of("anthropic-api-key", [reports.finding(0, provenance=known)])
    assert (plan.first_seen, plan.exposed_days, plan.paths) == (known.first_seen, 40, ("src/app.py", "old.py"))
    assert known.first_seen in plan.steps[7].details[0]
    assert plan_of("anthropic-api-key", many).steps[8].details == (
        "It is in f0.py, f1.py, f2.py, f3.py, f4.py and more.",
    )


def test_inventory_is_sorted_by_age():
    """One entry a key, the oldest first, unknown ages last; overdue is what is older than allowed, not as old."""

    def aged(number, days):
        return reports.finding(number, provenance=Provenance(exposed_days=days, first_seen="2025-01-01", in_head=True))

    findings = [aged(1, 90), reports.finding(2), aged(3, 91), aged(3, 5), aged(4, 0)]
    keys = rotation.inventory(findings, 90)
    assert [(key.days, key.overdue) for key in keys] == [(91, True), (90, False), (0, False), (None, False)]
    assert [key.in_head for key in keys] == [True, True, True, False]
    assert rotation.inventory([], 90) == []
