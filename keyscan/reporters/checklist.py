"""The checklist as text: console, JSON (version 1) and Markdown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Protocol

from keyscan._version import __version__
from keyscan.reporters.shared.escape import clean

if TYPE_CHECKING:
    from collections.abc import Sequence


class Item(Protocol):
    """What is rendered: see `keyscan.hygiene.checklist.Item`."""

    @property
    def id(self) -> str: ...  # noqa: D102 - a name for machines
    @property
    def title(self) -> str: ...  # noqa: D102
    @property
    def status(self) -> str: ...  # noqa: D102 - pass, fail, or cannot be verified from the repository
    @property
    def evidence(self) -> tuple[str, ...]: ...  # noqa: D102
    @property
    def advice(self) -> str: ...  # noqa: D102


_COLORS = {"pass": "32", "fail": "1;31"}
_BOXES = {"pass": "x", "fail": " "}


def console(items: Sequence[Item], *, color: bool = False) -> str:
    """The checklist for a person at a terminal."""
    lines = []
    for item in items:
        word = {"pass": "pass", "fail": "FAIL"}.get(item.status, "?   ")
        if color:
            word = f"\x1b[{_COLORS.get(item.status, '33')}m{word}\x1b[0m"
        lines.append(f"{word}  {clean(item.title)}")
        lines.extend(f"        {clean(text)}" for text in item.evidence)
        if item.advice and item.status != "pass":
            lines.append(f"        -> {clean(item.advice)}")
    lines.append(f"keyscan: {summary(items)}")
    return "\n".join(lines) + "\n"


def summary(items: Sequence[Item]) -> str:
    """The count of each answer."""
    passed = sum(item.status == "pass" for item in items)
    failed = sum(item.status == "fail" for item in items)
    return f"{passed} pass, {failed} fail, {len(items) - passed - failed} cannot be verified from the repository"


def as_json(items: Sequence[Item]) -> str:
    """The checklist as one JSON document."""
    document = {
        "version": 1,
        "tool": {"name": "keyscan", "version": __version__},
        "items": [
            {
                "id": item.id,
                "title": item.title,
                "status": item.status if item.status in _BOXES else "unseen",
                "evidence": [clean(text) for text in item.evidence],
                "advice": item.advice or None,
            }
            for item in items
        ],
    }
    return json.dumps(document, indent=2, ensure_ascii=True) + "\n"


def markdown(items: Sequence[Item]) -> str:
    """The checklist as a task list."""
    from keyscan.reporters.shared.escape import prose

    lines = ["# Key checklist", "", f"{summary(items)}.", ""]
    for item in items:
        remark = "" if item.status in _BOXES else " (cannot be verified from the repository)"
        lines.append(f"- [{_BOXES.get(item.status, ' ')}] {prose(item.title)}{remark}")
        lines.extend(f"  - {prose(text)}" for text in item.evidence)
        if item.advice and item.status != "pass":
            lines.append(f"  - To do: {prose(item.advice)}")
    return "\n".join(lines) + "\n"
