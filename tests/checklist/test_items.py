"""The security checklist, item by item."""

from __future__ import annotations

import pytest
from helpers import reports

from keyscan.checklist.items import FAIL, PASS, UNSEEN, Facts, items

GOOD = Facts(
    source=(), habits=(), hygiene=(), old=(), old_why="all versions were scanned", real_files=(), rotation_days=90,
    env_ignored=".gitignore:1: .env", hook=(True, "the pre-commit hook runs keyscan"),
    pipelines=[(".github/workflows/ci.yml", True)], managers=[".sops.yaml (SOPS)"], files=3,
)  # fmt: skip


def answers(**changes):
    """The status of each item."""
    return {item.id: item.status for item in items(GOOD._replace(**changes))}


def found(rule_id: str):
    """A finding of a rule."""
    return [reports.finding(rule_id=rule_id)]


def test_a_good_repository_fails_nothing():
    """What can be seen passes; what only a provider's page shows is neither."""
    made = answers()
    assert FAIL not in made.values()
    assert made["keys-in-source"] == made["env-ignored"] == made["hook"] == PASS
    assert UNSEEN in made.values()


@pytest.mark.parametrize(
    ("item", "changes"),
    [
        ("keys-in-source", {"source": found("anthropic-api-key")}),
        ("env-ignored", {"hygiene": found("env-tracked")}),
        ("env-ignored", {"env_ignored": ""}),
        ("templates", {"hygiene": found("env-template-real-value")}),
        ("one-key-per-environment", {"hygiene": found("env-shared-secret")}),
        ("server-side", {"hygiene": found("browser-exposed-key")}),
        ("rotation", {"real_files": [(".env", "", 91)]}),
        ("logs", {"habits": found("key-in-url")}),
        ("artifacts", {"hygiene": found("env-in-docker-context")}),
        ("agents", {"hygiene": found("agent-config-key")}),
        ("history", {"old": found("anthropic-api-key")}),
        ("hook", {"hook": (False, "no hook of this clone runs keyscan")}),
    ],
)
def test_each_finding_fails_its_item_only(item, changes):
    """The item says what to do."""
    made = {one.id: one for one in items(GOOD._replace(**changes))}
    assert [name for name, one in made.items() if one.status == FAIL] == [item]
    assert made[item].advice
    assert made[item].evidence


def test_many_findings_are_named_up_to_a_number():
    """The rest is counted."""
    many = [reports.finding(number) for number in range(8)]
    (item,) = [one for one in items(GOOD._replace(source=many)) if one.id == "keys-in-source"]
    assert item.evidence[-1] == "and 3 more"
    assert len(item.evidence) == 6


def test_what_could_not_be_looked_at_is_not_passed():
    """A shallow history, one environment only, young files."""
    made = answers(old=None, old_why="a shallow clone", real_files=[(".env", "", 1)])
    assert (made["history"], made["one-key-per-environment"], made["rotation"]) == (UNSEEN, UNSEEN, UNSEEN)
    both = answers(real_files=[(".env", "", 1), (".env.production", "production", 1)])
    assert both["one-key-per-environment"] == PASS
