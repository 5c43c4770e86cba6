"""Rotation plans and inventories in their formats, with hostile names in them."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from keyscan.remediation.rotation import KeyAge, RotationPlan, Step
from keyscan.remediation.rotation_text import FORMATS, inventory_text, plan_text

HOSTILE = "a\x1b[31m|`<b>\n# b"
PLAN = RotationPlan(
    "acme-key", HOSTILE, "Acme", "ACME_KEY", "acme-key:1", "2025-03-01", 40, (HOSTILE,),
    (Step("Make it", (f"It is in {HOSTILE}.",), ("keyscan fix",), (("Python", "print(1)\n"),)), Step("Revoke it")),
)  # fmt: skip
KEY = KeyAge("acme-key:1", "acme-key", "acme_...[1]", "2025-03-01", 40, True, True, "new", (HOSTILE,))


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_in_a_plan_acts_on_a_terminal(form):
    """Names and paths are escaped in each format; the steps, commands and programs are all there."""
    text = plan_text(PLAN, form)
    assert "\x1b" not in text
    assert "\n# b" not in text.replace("\\n", "")
    for part in ("Make it", "Revoke it", "keyscan fix", "print(1)", "2025-03-01"):
        assert part in text


@pytest.mark.parametrize("form", FORMATS)
def test_nothing_in_an_inventory_acts_on_a_terminal(form):
    """The same; an empty inventory is a text too, and valid JSON."""
    text = inventory_text([KEY, replace(KEY, days=None, first_seen="", overdue=False)], 30, form)
    assert "\x1b" not in text
    assert "acme-key" in text
    assert inventory_text([], 30, form).endswith("\n")


def test_json_has_every_field():
    """As values of the types in `rotation`."""
    document = json.loads(plan_text(PLAN, "json"))
    assert document["schema"] == "keyscan-rotation/1"
    assert document["paths"] == [HOSTILE]
    assert [step["title"] for step in document["steps"]] == ["Make it", "Revoke it"]
    assert json.loads(inventory_text([KEY], 30, "json"))


def test_markdown_is_a_list_to_tick_off():
    """One box a step, programs in fences with their language."""
    text = plan_text(PLAN, "markdown")
    assert text.count("- [ ] ") == 2
    assert "```python" in text
