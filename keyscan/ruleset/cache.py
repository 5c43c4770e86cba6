"""Parsed rules on disk: reading the built-in rule files takes 50 ms and more, reading these 5."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from keyscan.model.rule import Companion, Help, Precision, Rule, Severity
from keyscan.ruleset import loader
from keyscan.support import storage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def load_rules(paths: Sequence[Path] = (), *, builtin: bool = True) -> tuple[Rule, ...]:
    """Load the built-in rules and those of `paths`, from the cache where no file has changed.

    Raises RuleError for a file that is missing or not valid.
    """
    # The built-in rules are part of every key already.
    files = [file for path in paths for file in loader.rule_files(path)]
    name = f"rules-{storage.key_of(builtin, storage.state_of(files))}.json"
    stored = storage.read(name)
    if stored is not None:
        try:
            return tuple(_rule_from(entry) for entry in json.loads(stored))
        except (ValueError, TypeError, KeyError, AttributeError):
            pass
    rules = loader.load([*([loader.builtin_dir()] if builtin else []), *paths])
    storage.write(name, json.dumps([asdict(rule) for rule in rules], separators=(",", ":")).encode())
    return rules


def _rule_from(entry: dict[str, Any]) -> Rule:
    companion = entry.pop("companion")
    if companion is not None:
        severity = companion.pop("severity")
        companion = Companion(**companion, severity=None if severity is None else Severity(severity))
    texts = {key: tuple(value) for key, value in entry.items() if isinstance(value, list)}
    guide = entry.pop("help")
    guide["steps"] = tuple(guide["steps"])
    return Rule(
        **{
            **entry,
            **texts,
            "severity": Severity(entry["severity"]),
            "precision": Precision(entry["precision"]),
            "companion": companion,
            "help": Help(**guide),
        }
    )
