"""keyscan's own files from a migration: a configuration and a rule file, as TOML text."""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING, Any

from keyscan.migrate.result import AllowedFor, DisabledRule, ExcludedPath, ImportedRule
from keyscan.suppressions.schema import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from keyscan.migrate.result import MigrationResult
    from keyscan.suppressions.ignore import Ignore


def configuration(result: MigrationResult, rules_file: str) -> str:
    """The text of a .keyscan.toml with everything but rules and accepted findings, comments above what they are at."""
    lines = ["# Written by `keyscan migrate`."]
    if result.of(ImportedRule):
        lines.append(f"rules = [{text(rules_file)}]")
    for key, values in (
        ("exclude", {item.pattern: item.comments for item in reversed(result.of(ExcludedPath))}),
        ("disable", {item.id: item.comments for item in reversed(result.of(DisabledRule))}),
    ):
        if values:
            lines.append(_list(key, dict(reversed(values.items()))))
    for allowed in result.of(AllowedFor):
        lines += ["", *_remarks(allowed.comments), "[[ignore]]", f"# from {allowed.ignore.place}"]
        lines += _conditions(allowed.ignore)
    return "\n".join(lines) + "\n"


def _list(key: str, values: Mapping[str, tuple[str, ...]]) -> str:
    """A list on one line, or with one value per line, each below its comments."""
    if not any(values.values()):
        return f"{key} = {array(values)}"
    lines = [f"{key} = ["]
    for value, comments in values.items():
        lines += [f"    {line}" for line in (*_remarks(comments), f"{text(value)},")]
    return "\n".join([*lines, "]"])


def _remarks(comments: Iterable[str]) -> Iterator[str]:
    """Comments as lines; a control character would end one, or be no TOML."""
    return (f"# {''.join(char if char.isprintable() else ' ' for char in comment)}" for comment in comments)


def _conditions(ignore: Ignore) -> Iterator[str]:
    for name, key in NAMES.items():
        values = getattr(ignore, name)
        if values:
            yield f"{key} = {array(values)}"
    if ignore.reason:
        yield f"reason = {text(ignore.reason)}"
    if ignore.allow_unused:
        yield "allow-unused = true"


def rules(result: MigrationResult) -> str:
    """The text of a rule file, in gitleaks' format, which keyscan reads as it is; each rule's id once."""
    lines = ["# Written by `keyscan migrate`: rules in gitleaks' format, which --rules and `rules` take as they are."]
    ids: set[str] = set()
    for rule in result.of(ImportedRule):
        lines += ["", *_remarks(rule.comments), "[[rules]]", f"# from {rule.place}"]
        written = str(rule.table.get("id"))
        free = (f"{written}-{number}" for number in count(2))
        rule_id = written if written not in ids else next(name for name in free if name not in ids)
        ids.add(rule_id)
        for key, value in {**rule.table, "id": rule_id}.items():
            lines.append(f"{key} = {array(value) if isinstance(value, list) else text(value)}")
    return "\n".join(lines) + "\n"


def array(values: Any) -> str:
    """A TOML array of strings, one per line if it is long."""
    parts = [text(value) for value in values]
    one = f"[{', '.join(parts)}]"
    return one if len(one) < 100 else "[\n" + "".join(f"    {part},\n" for part in parts) + "]"  # noqa: PLR2004


def text(value: Any) -> str:
    """A TOML value; expressions stay readable."""
    if not isinstance(value, str):
        return json.dumps(value)
    if "\\" in value and "'" not in value and value.isprintable():
        return f"'{value}'"
    # JSON's escapes are TOML's, but for characters beyond 16 bits, which JSON writes as two surrogates.
    return "".join(char if char.isprintable() else _escaped(char) for char in json.dumps(value, ensure_ascii=False))


def _escaped(char: str) -> str:
    return f"\\u{ord(char):04x}" if ord(char) < 0x10000 else f"\\U{ord(char):08x}"  # noqa: PLR2004 - 16 bits
