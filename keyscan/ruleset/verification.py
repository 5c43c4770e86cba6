"""Reads the `[[verify]]` and `[[revoke]]` tables of rule files, only when a command asks for them.

Neither the parsed rules nor the fast path contain them, so that both stay as small as they are without.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyscan.errors import RuleError
from keyscan.ruleset import loader
from keyscan.ruleset.fields import read_toml
from keyscan.ruleset.live_tables import LiveTables, RevokeTable, VerifyTable
from keyscan.ruleset.verification_schema import revoke_table, verify_table

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def load(paths: Iterable[Path]) -> LiveTables:
    """The tables of the rule files and directories `paths`; RuleError at the first that is not valid."""
    verify: list[VerifyTable] = []
    revoke: list[RevokeTable] = []
    for path in paths:
        for file in loader.rule_files(path):
            document = read_toml(file)
            provider = str(document.get("provider", ""))
            verify += [verify_table(table, str(file), provider) for table in _tables(document, "verify", str(file))]
            revoke += [revoke_table(table, str(file), provider) for table in _tables(document, "revoke", str(file))]
    tables = LiveTables(tuple(verify), tuple(revoke))
    _unique(tables)
    return tables


def _tables(document: dict[str, Any], key: str, file: str) -> list[dict[str, Any]]:
    tables = document.get(key, [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise RuleError(f"{file}: {key} must be an array of tables: write [[{key}]]")
    return tables


def _unique(tables: LiveTables) -> None:
    """Raise RuleError where two tables speak of the same rule: a file cannot redirect another file's rules."""
    seen: dict[tuple[str, str], str] = {}
    for name, entries in (("verify", tables.verify), ("revoke", tables.revoke)):
        for table in entries:
            default = table.default if isinstance(table, VerifyTable) else ""
            for rule in table.rules:
                key = (f"{name} {default == 'ask'}", rule)
                if key in seen:
                    raise RuleError(f"{table.file}: [[{name}]] {table.kind}: rule {rule} has one in {seen[key]}")
                seen[key] = table.file
