"""Parsed rules on disk: reading the built-in rule files takes 50 ms and more, reading these 5."""

from __future__ import annotations

import marshal
from dataclasses import fields
from typing import TYPE_CHECKING, Any

from keyscan.model.rule import Companion, Help, Precision, Rule, Severity
from keyscan.support import storage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

_RULE, _HELP = ([field.name for field in fields(kind)] for kind in (Rule, Help))
_SEVERITY, _PRECISION, _PAIRED, _GUIDE = (_RULE.index(name) for name in ("severity", "precision", "companion", "help"))


def load_rules(paths: Sequence[Path] = (), *, builtin: bool = True) -> tuple[Rule, ...]:
    """Load the built-in rules and those of `paths`; raises RuleError for a file that is missing or not valid.

    Only the built-in rules are stored: the rules of others are few, and what is written in them may be secret.
    """
    own = _builtin() if builtin else ()
    if not paths:
        return own
    from keyscan.ruleset import loader

    return loader.load(paths, own)


def _builtin() -> tuple[Rule, ...]:
    """The built-in rules, from the cache where no file has changed: they are part of every key already."""
    name = f"rules-{storage.key_of()}.bin"
    stored = storage.read(name)
    if stored is not None:
        try:
            rules = tuple([_rule_from(values) for values in marshal.loads(stored)])  # noqa: S302 - its digest was checked
        except (ValueError, TypeError, EOFError, IndexError):
            rules = ()
        if rules:
            return rules
    from keyscan.ruleset import loader

    rules = loader.load([loader.builtin_dir()])
    storage.write(name, marshal.dumps([_values_of(rule) for rule in rules]))
    return rules


def _values_of(rule: Rule) -> list[Any]:
    """The fields of `rule` in their order, as plain values."""
    values = [getattr(rule, name) for name in _RULE]
    values[_SEVERITY], values[_PRECISION] = int(rule.severity), int(rule.precision)
    values[_GUIDE] = [getattr(rule.help, name) for name in _HELP]
    companion = rule.companion
    if companion:
        severity = None if companion.severity is None else int(companion.severity)
        values[_PAIRED] = [companion.name, companion.pattern, companion.distance, companion.required, severity]
    return values


def _rule_from(stored: Sequence[Any]) -> Rule:
    values = list(stored)
    values[_SEVERITY], values[_PRECISION] = Severity(values[_SEVERITY]), Precision(values[_PRECISION])
    values[_GUIDE] = Help(*values[_GUIDE])
    if values[_PAIRED] is not None:
        name, pattern, distance, required, severity = values[_PAIRED]
        severity = None if severity is None else Severity(severity)
        values[_PAIRED] = Companion(name, pattern, distance, required, severity)
    return Rule(*values)
