"""Rotation plans and inventories as console text, Markdown (an issue to paste) and JSON."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from keyscan.reporters.shared.escape import cell, clean, code, prose, safe_json
from keyscan.support.plural import plural

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from keyscan.remediation.rotation import KeyAge, RotationPlan

FORMATS = ("console", "markdown", "json")
_FENCES = {"Python": "python", "Node.js": "javascript", "Go": "go"}


def plan_text(plan: RotationPlan, form: str) -> str:
    """The plan in one of FORMATS."""
    if form == "json":
        return safe_json(json.dumps({"schema": "keyscan-rotation/1", **asdict(plan)}, indent=2)) + "\n"
    lines = _markdown(plan) if form == "markdown" else _console(plan)
    return "\n".join(lines) + "\n"


def _title(plan: RotationPlan) -> str:
    return f"Rotate {plan.name} [{plan.rule_id}], {plan.provider}"


def _exposure(plan: RotationPlan) -> str:
    if not plan.first_seen:
        return ""
    days = f", {plan.exposed_days} days ago" if plan.exposed_days is not None else ""
    return f"First committed {plan.first_seen}{days}"


def _console(plan: RotationPlan) -> Iterator[str]:
    yield clean(_title(plan))
    if plan.fingerprint:
        yield plan.fingerprint
    if plan.first_seen:
        yield _exposure(plan)
    for number, step in enumerate(plan.steps, 1):
        yield ""
        yield f"{number}. {clean(step.title)}"
        yield from (f"   {clean(detail)}" for detail in step.details)
        yield from (f"   $ {clean(command)}" for command in step.commands)
        for title, program in step.programs:
            yield f"   {title}:"
            yield from (f"     {line}".rstrip() for line in program.splitlines())


def _markdown(plan: RotationPlan) -> Iterator[str]:
    yield f"# {prose(_title(plan))}"
    if plan.fingerprint:
        yield f"\n`{plan.fingerprint}`"
    if plan.first_seen:
        yield f"\n{_exposure(plan)}"
    yield ""
    for step in plan.steps:
        yield f"- [ ] **{prose(step.title)}**"
        yield from (f"  - {prose(detail)}" for detail in step.details)
        if step.commands:
            yield from ("", "  ```console", *(f"  {command}" for command in step.commands), "  ```", "")
        for title, program in step.programs:
            yield from ("", f"  <details><summary>{title}</summary>", "", f"  ```{_FENCES[title]}")
            yield from (f"  {line}".rstrip() for line in program.splitlines())
            yield from ("  ```", "", "  </details>", "")


def inventory_text(keys: Sequence[KeyAge], rotation_days: int, form: str) -> str:
    """The keys of a repository by age, in one of FORMATS."""
    if form == "json":
        document = {
            "schema": "keyscan-key-ages/1",
            "rotation_days": rotation_days,
            "keys": [asdict(key) for key in keys],
        }
        return safe_json(json.dumps(document, indent=2)) + "\n"
    lines = _rows(keys) if form == "markdown" else _lines(keys)
    late = sum(key.overdue for key in keys)
    last = f"{plural(len(keys), 'key')}, {late} older than {rotation_days} days"
    return "\n".join([*lines, *([""] if form == "markdown" else []), last]) + "\n"


def _age(one: KeyAge) -> str:
    return "?" if one.days is None else str(one.days)


def _state(one: KeyAge) -> str:
    return ", ".join([*(["overdue"] if one.overdue else []), "in HEAD" if one.in_head else "in the history only",
                      *(["in the baseline"] if one.status == "baseline" else [])])  # fmt: skip


def _lines(keys: Sequence[KeyAge]) -> Iterator[str]:
    for key in keys:
        path = clean(key.paths[0]) if key.paths else ""
        yield f"{_age(key):>5} days  {clean(key.redacted)} [{key.rule_id}]  {path}  {_state(key)}  {key.fingerprint}"


def _rows(keys: Sequence[KeyAge]) -> Iterator[str]:
    yield "| days | key | rule | path | state | fingerprint |"
    yield "|--:|---|---|---|---|---|"
    for key in keys:
        path = cell(code(key.paths[0])) if key.paths else ""
        shown = cell(code(key.redacted))
        yield f"| {_age(key)} | {shown} | {key.rule_id} | {path} | {_state(key)} | {key.fingerprint} |"
