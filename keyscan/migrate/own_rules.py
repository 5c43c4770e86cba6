"""A team's own pattern from another tool -> a rule in gitleaks' format, if that format can say it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from keyscan.migrate.result import ImportedRule, Note, Unsupported
from keyscan.ruleset import gitleaks

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.migrate.result import Item


def imported(table: dict[str, Any], place: str, comments: tuple[str, ...] = ()) -> Iterator[Item]:
    """The rule in `table` with remarks on what changes its meaning, or why it is not carried over."""
    table = {**table, "id": gitleaks.rule_id(str(table["id"]))}
    loaded = gitleaks.convert({"rules": [table]}, place, {})
    yield from (Note(f"{place}: {text}") for _, text in loaded.notes)
    yield from (Unsupported(place, text) for _, text in loaded.unsupported)
    if loaded.rules:
        yield ImportedRule(table, place, comments)
