"""A fix plan as lines of text: the diff with masked keys, what stays unchanged and why, what to do next."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from keyscan.remediation import managers
from keyscan.remediation.fix import ENV

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.remediation.fix import FixPlan
    from keyscan.remediation.managers import Store

_JAVASCRIPT = (".js", ".mjs", ".cjs", ".ts", ".mts", ".jsx", ".tsx")
# How a program gets at .env, by the endings of the files that were changed.
_LOADING = (
    ((".py", ".ipynb"), "Python: pip install python-dotenv, then load_dotenv() first"),
    (_JAVASCRIPT, "Node.js: node --env-file=.env FILE (Next.js loads it itself)"),
    ((".rb",), "Ruby: the dotenv gem"),
    ((".go", ".java", ".kt", ".cs", ".php", ".rs", ".swift", ".sh", ".bash", ".tf", ".json"),
     "any program: set -a; . ./.env; set +a; COMMAND"),
    ((".ps1",), "PowerShell: set $env:NAME from your secret store before the script runs"),
)  # fmt: skip


def changes(plan: FixPlan, store: Store | None) -> Iterator[str]:
    """The diff, then a line for each secret; with a `store` nothing goes into `.env`."""
    for edit in plan.shown:
        if not store or edit.path not in {ENV, ".gitignore"}:
            yield from edit.diff()
    for fix in plan.fixed:
        yield f"{fix.path}:{fix.line}: {fix.redacted} [{fix.rule_id}] is read from {fix.variable}"
    for place in plan.unchanged:
        yield f"{place.path}:{place.line}: {place.redacted} [{place.rule_id}] left alone: {place.reason}"


def what_next(plan: FixPlan, store: Store | None, *, staged: bool = False) -> Iterator[str]:
    """Remarks, and the steps around the change: rotation first, then storing, loading, and what other tools need."""
    yield from (f"note: {remark}" for remark in plan.remarks)
    if not plan.fixed:
        return
    rules = " or ".join(sorted({fix.rule_id for fix in plan.fixed})[:3])
    if staged:
        yield f"Rotate a key only if it ever left this machine: keyscan rotate {rules}"
    else:
        yield f"Rotate first, then put the new key where the old one goes: keyscan rotate {rules}"
    yield from _store_lines(plan, store) if store else _loading(plan)
    yield from (f"Then: {line}" for line in plan.follow_up)


def _loading(plan: FixPlan) -> Iterator[str]:
    endings = {os.path.splitext(fix.path)[1].lower() for fix in plan.fixed}  # noqa: PTH122
    for kinds, text in _LOADING:
        if endings & set(kinds):
            yield f"Load .env: {text}"


def _store_lines(plan: FixPlan, store: Store) -> Iterator[str]:
    variables = list(dict.fromkeys(fix.variable for fix in plan.fixed))
    yield f"Store the keys in {store.manager.title}:"
    yield from (f"  {line}" for line in managers.commands(store, variables))
    scripts = any(fix.path.endswith(_JAVASCRIPT) for fix in plan.fixed)
    language = "javascript" if scripts else "python"
    for variable in variables:
        yield f"Read {variable} in {language.capitalize()}:"
        text = managers.code(store, variable, language, several=len(variables) > 1)
        yield from (f"  {line}" for line in text.splitlines())
