"""What is carried over: keyscan's own configuration in the making."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from keyscan.suppressions.schema import NAMES

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.suppressions.ignore import Ignore


@dataclass(frozen=True, slots=True)
class Wish:
    """A finding of another tool that was accepted: by its place, and its hash where the tool keeps one.

    `place` is where that was said; `line` 0: anywhere in the file.
    """

    place: str
    path: str
    line: int = 0
    commit: str = ""
    sha1: str = ""
    reason: str = ""


@dataclass
class Carried:
    """Everything that was read, ready to be written; `notes` say what was carried, `lost` what was not and why."""

    exclude: list[str] = field(default_factory=list)
    disable: list[str] = field(default_factory=list)
    ignores: list[Ignore] = field(default_factory=list)
    rules: list[dict[str, Any]] = field(default_factory=list)
    wishes: list[Wish] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)

    def lose(self, place: str, why: str) -> None:
        """Say that what stands at `place` is not carried over."""
        self.lost.append(f"{place}: {why}")


def configuration(carried: Carried, rules_file: str) -> str:
    """The text of a .keyscan.toml with everything but rules and accepted findings."""
    lines = ["# Written by `keyscan migrate`."]
    if carried.rules:
        lines.append(f"rules = [{text(rules_file)}]")
    for key in ("exclude", "disable"):
        values = list(dict.fromkeys(getattr(carried, key)))
        if values:
            lines.append(f"{key} = {array(values)}")
    for ignore in carried.ignores:
        lines += ["", "[[ignore]]", f"# from {ignore.place}", *_conditions(ignore)]
    return "\n".join(lines) + "\n"


def _conditions(ignore: Ignore) -> Iterator[str]:
    for name, key in NAMES.items():
        values = getattr(ignore, name)
        if values:
            yield f"{key} = {array(values)}"
    if ignore.reason:
        yield f"reason = {text(ignore.reason)}"


def rules(carried: Carried) -> str:
    """The text of a rule file, in gitleaks' format, which keyscan reads as it is."""
    lines = ["# Written by `keyscan migrate`: rules in gitleaks' format, which --rules and `rules` take as they are."]
    for table in carried.rules:
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
    return json.dumps(value, ensure_ascii=True).replace("\x7f", "\\u007f")
