"""`.gitleaks.toml`, `.betterleaks.toml`, and the fingerprints in `.gitleaksignore` -> ours."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from keyscan.config.loader import parse
from keyscan.migrate.result import Wish
from keyscan.ruleset import gitleaks
from keyscan.support import toml_lines as tomllines

if TYPE_CHECKING:
    from keyscan.migrate.result import Carried
    from keyscan.suppressions.ignore import Ignore

_IGNORED = re.compile(r"(?:(?P<commit>[0-9a-f]{40}):)?(?P<path>.+):(?P<rule>[^:]+):(?P<line>\d+)\Z")
_KEPT = ("id", "description", "regex", "secretGroup", "entropy", "path", "keywords")


def read_config(file: str, data: bytes, known: frozenset[str], carried: Carried) -> None:
    """Rules, allowlists and what is extended; `known` are the ids of the built-in rules."""
    document = parse(file, data)
    lines = tomllines.index(data.decode("utf-8", "replace"))
    loaded = gitleaks.convert(document, file, lines)
    carried.lost += [f"{file}:{line}: {text}" for line, text in loaded.lost]
    carried.notes += [f"{file}:{line}: {text}" for line, text in loaded.notes]
    tables = document.get("rules")
    made = {rule.id for rule in loaded.rules}
    carried.rules += [
        {key: table[key] for key in _KEPT if key in table}
        for table in (tables if isinstance(tables, list) else [])
        if isinstance(table, dict) and gitleaks.rule_id(str(table.get("id"))) in made
    ]
    for ignore in loaded.ignores:
        if ignore.reason == gitleaks.NOT_ITS_PATH:
            continue  # the rule's own path travels with the rule
        _carry(ignore, made | known, carried)
    for name in loaded.disabled:
        place = f"{file}:{tomllines.line_of(lines, ('extend', 'disabledRules'))}"
        _disable(gitleaks.rule_id(name), place, known, carried)
    for name in loaded.extends:
        line = tomllines.line_of(lines, ("extend", "path"))
        carried.lose(f"{file}:{line}", f"extend.path {name}: name that file in `rules`, keyscan reads it as it is")


def _carry(ignore: Ignore, known: frozenset[str] | set[str], carried: Carried) -> None:
    """Write an allowlist as an ignore, if the rules that it speaks of are here."""
    named = [name for name in ignore.rules if not name.endswith("-custom")]
    there = tuple(name for name in named if name in known)
    for name in named:
        if name not in there:
            carried.lose(ignore.place, f"its rule {name} is not one of keyscan's (see: keyscan rules list)")
    if named and not there:
        return
    carried.ignores.append(replace(ignore, rules=there, quiet=False))


def _disable(name: str, place: str, known: frozenset[str], carried: Carried) -> None:
    if name in known:
        carried.disable.append(name)
    else:
        carried.lose(place, f"disabled rule {name} is not one of keyscan's (see: keyscan rules list)")


def read_ignore(file: str, data: bytes, carried: Carried) -> None:
    """One `commit:path:rule:line` or `path:rule:line` a line, to be found again by its place."""
    for number, line in enumerate(data.decode("utf-8", "replace").splitlines(), 1):
        text = line.strip()
        if not text or text.startswith("#"):
            continue
        found = _IGNORED.match(text)
        if not found:
            carried.lose(f"{file}:{number}", "not a fingerprint of gitleaks")
            continue
        path = found["path"].rpartition("!")[2]
        reason = f"from {file}: {found['rule']}"
        carried.wishes.append(Wish(f"{file}:{number}", path, int(found["line"]), found["commit"] or "", reason=reason))
