"""keyscan's own files from a migration: a configuration and a rule file, as TOML text."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from keyscan.suppressions.schema import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.migrate.result import MigrationResult
    from keyscan.suppressions.ignore import Ignore


def configuration(result: MigrationResult, rules_file: str) -> str:
    """The text of a .keyscan.toml with everything but rules and accepted findings."""
    lines = ["# Written by `keyscan migrate`."]
    if result.rules:
        lines.append(f"rules = [{text(rules_file)}]")
    for key, values in (("exclude", result.excluded), ("disable", result.disabled)):
        if values:
            lines.append(f"{key} = {array(values)}")
    for ignore in result.ignores:
        lines += ["", "[[ignore]]", f"# from {ignore.place}", *_conditions(ignore)]
    return "\n".join(lines) + "\n"


def _conditions(ignore: Ignore) -> Iterator[str]:
    for name, key in NAMES.items():
        values = getattr(ignore, name)
        if values:
            yield f"{key} = {array(values)}"
    if ignore.reason:
        yield f"reason = {text(ignore.reason)}"


def rules(result: MigrationResult) -> str:
    """The text of a rule file, in gitleaks' format, which keyscan reads as it is."""
    lines = ["# Written by `keyscan migrate`: rules in gitleaks' format, which --rules and `rules` take as they are."]
    for table in result.rules:
        lines += ["", "[[rules]]"]
        for key, value in table.items():
            lines.append(f"{key} = {array(value) if isinstance(value, list) else text(value)}")
    return "\n".join(lines) + "\n"


def array(values: Any) -> str:
    """A TOML array of strings, one a line when it is long."""
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
