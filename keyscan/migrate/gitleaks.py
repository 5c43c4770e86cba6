"""`.gitleaks.toml` and `.betterleaks.toml`, and the fingerprints in `.gitleaksignore`."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.config.loader import parse
from keyscan.migrate.result import AcceptedFinding, DisabledRule, ImportedRule, Note, Unsupported
from keyscan.ruleset import gitleaks
from keyscan.support import toml_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.migrate.result import Item
    from keyscan.suppressions.ignore import Ignore

_FINGERPRINT = re.compile(r"(?:(?P<commit>[0-9a-f]{40}):)?(?P<path>.+):(?P<rule>[^:]+):(?P<line>\d+)\Z")
_KEYS = ("id", "description", "regex", "secretGroup", "entropy", "path", "keywords")


def read_config(file: str, data: bytes, known: frozenset[str]) -> Iterator[Item]:
    """Rules, allowlists and what is extended; `known` are the ids of the built-in rules."""
    document = parse(file, data)
    lines = toml_lines.index(data.decode("utf-8", "replace"))
    loaded = gitleaks.convert(document, file, lines)
    yield from (Unsupported(f"{file}:{line}", text) for line, text in loaded.lost)
    yield from (Note(f"{file}:{line}: {text}") for line, text in loaded.notes)
    tables = document.get("rules")
    converted = {rule.id for rule in loaded.rules}
    for table in tables if isinstance(tables, list) else []:
        if isinstance(table, dict) and gitleaks.rule_id(str(table.get("id"))) in converted:
            yield ImportedRule({key: table[key] for key in _KEYS if key in table})
    for ignore in loaded.ignores:
        # The path that a rule itself is for travels with the rule.
        if ignore.reason != gitleaks.NOT_ITS_PATH:
            yield from _allowlist(ignore, converted | known)
    for name in loaded.disabled:
        place = f"{file}:{toml_lines.line_of(lines, ('extend', 'disabledRules'))}"
        if gitleaks.rule_id(name) in known:
            yield DisabledRule(gitleaks.rule_id(name))
        else:
            rule = gitleaks.rule_id(name)
            yield Unsupported(place, f"disabled rule {rule} is not one of keyscan's (see: keyscan rules list)")
    for name in loaded.extends:
        line = toml_lines.line_of(lines, ("extend", "path"))
        why = f"extend.path {name}: name that file in `rules`, keyscan reads it as it is"
        yield Unsupported(f"{file}:{line}", why)


def _allowlist(ignore: Ignore, known: frozenset[str] | set[str]) -> Iterator[Item]:
    """An allowlist as an ignore, if the rules that it names exist here."""
    named = [name for name in ignore.rules if not name.endswith("-custom")]
    existing = tuple(name for name in named if name in known)
    for name in named:
        if name not in existing:
            yield Unsupported(ignore.place, f"its rule {name} is not one of keyscan's (see: keyscan rules list)")
    if existing or not named:
        yield replace(ignore, rules=existing, quiet=False)


def read_ignore(file: str, data: bytes) -> Iterator[Item]:
    """One `commit:path:rule:line` or `path:rule:line` a line, to be found again by its place."""
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        found = _FINGERPRINT.match(text)
        if not found:
            yield Unsupported(f"{file}:{number}", "not a fingerprint of gitleaks")
            continue
        path = found["path"].rpartition("!")[2]
        reason = f"from {file}: {found['rule']}"
        place = f"{file}:{number}"
        yield AcceptedFinding(place, path, int(found["line"]), found["commit"] or "", reason=reason)
