"""The checklist as text: console, JSON and Markdown."""

from __future__ import annotations

import json
from dataclasses import dataclass

from keyscan.reporters import checklist


@dataclass
class Item:
    """An answer of the checklist."""

    id: str
    title: str
    status: str
    evidence: tuple[str, ...] = ()
    advice: str = ""


ITEMS = [
    Item("a", "Keys are ignored", "pass", (".gitignore:1 ignores .env",), "not shown"),
    Item("b", "No key in the source", "fail", ("a.py:1",), "Run keyscan scan."),
    Item("c", "Budgets are set", "cannot be seen", (), "Look at the console."),
]


def test_the_summary_counts_each_answer():
    """What cannot be seen from here is neither a pass nor a failure."""
    assert checklist.summary(ITEMS) == "1 pass, 1 fail, 1 cannot be verified from the repository"
    assert checklist.summary([]) == "0 pass, 0 fail, 0 cannot be verified from the repository"


def test_console():
    """Advice stands under what did not pass; colors only where they are wanted."""
    lines = checklist.console(ITEMS).splitlines()
    assert lines[0] == "pass  Keys are ignored"
    assert lines[2] == "FAIL  No key in the source"
    assert "        -> Run keyscan scan." in lines
    assert "not shown" not in "".join(lines)
    assert "\x1b" not in checklist.console(ITEMS)
    assert "\x1b[1;31mFAIL\x1b[0m" in checklist.console(ITEMS, color=True)


def test_json():
    """One document with stable status words."""
    document = json.loads(checklist.as_json(ITEMS))
    assert document["version"] == 1
    assert [item["status"] for item in document["items"]] == ["pass", "fail", "unseen"]


def test_markdown():
    """A task list: a box is ticked for a pass only."""
    lines = checklist.markdown(ITEMS).splitlines()
    assert "- [x] Keys are ignored" in lines
    assert "- [ ] No key in the source" in lines
    assert r"- [ ] Budgets are set (cannot be verified from the repository)" in lines


def test_hostile_evidence_does_not_act():
    """Control characters of a path stay visible in every form."""
    items = [Item("a", "T", "fail", ("a\x1b[31m\n::error::x",))]
    for text in (checklist.console(items), checklist.as_json(items), checklist.markdown(items)):
        assert "\x1b" not in text
        assert "\n::error" not in text
