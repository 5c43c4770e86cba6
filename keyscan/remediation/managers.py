"""Secret managers for `keyscan fix --to`: the commands that store a key, and the code that reads it.

A value goes by standard input and never stands in a command's arguments, which other users of the machine can read.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Manager:
    """A manager: how it is addressed, commands that store a value, and code that reads it; from `managers.toml`.

    The groups of `pattern`, and the variable's name in several spellings, fill `store` and `code`. `several` is what
    tells the entries apart when more than one key is stored. `code` and `package` are by language.
    """

    title: str
    form: str
    pattern: str
    several: str
    store: str
    code: Mapping[str, str]
    package: Mapping[str, str]


@cache
def managers() -> Mapping[str, Manager]:
    """All managers by the word that `--to` begins with."""
    data = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    by_name = {}
    for kind, table in data.items():
        languages = {name: inner for name, inner in table.items() if isinstance(inner, dict)}
        code = {name: inner["code"] for name, inner in languages.items()}
        package = {name: inner["package"] for name, inner in languages.items()}
        texts = {name: table[name] for name in ("title", "form", "pattern", "several", "store")}
        by_name[kind] = Manager(**texts, code=code, package=package)
    return by_name


@dataclass(frozen=True, slots=True)
class Store:
    """A manager with the place in it that the user named."""

    manager: Manager
    parts: Mapping[str, str]


def store_of(text: str) -> Store:
    """The store that `--to` names; UsageError that lists the forms when it names none."""
    kind, colon, rest = text.partition(":")
    manager = managers().get(kind)
    if manager is None or not colon:
        forms = ", ".join(manager.form for manager in managers().values())
        raise UsageError(f"--to {text}: no such secret manager; one of: {forms}")
    match = re.fullmatch(manager.pattern, rest)
    if match is None:
        raise UsageError(
            f"--to {text}: it has the form {manager.form}, of letters, digits, dots, dashes and underscores"
        )
    return Store(manager, match.groupdict())


def commands(store: Store, variables: Sequence[str]) -> Iterator[str]:
    """The commands that store a value for each variable; the user pastes the value at a prompt that shows nothing."""
    for variable in variables:
        fields = _fields(store, variable, several=len(variables) > 1)
        yield f"read -rs VALUE     # paste the new {variable}, then Enter: it is neither shown nor in a history"
        yield from store.manager.store.format(**fields).splitlines()
        yield "unset VALUE"


def code(store: Store, variable: str, language: str, *, several: bool = False) -> str:
    """The code that reads a variable's value by the manager's own library; `language` is python or javascript."""
    package = store.manager.package.get(language)
    comment = "#" if language == "python" else "//"
    head = f"{comment} {package}\n" if package else ""
    return head + store.manager.code[language].format(**_fields(store, variable, several=several))


def _fields(store: Store, variable: str, *, several: bool) -> dict[str, str]:
    words = variable.lower().split("_")
    camel = words[0] + "".join(word.capitalize() for word in words[1:])
    fields = {**store.parts, "NAME": variable, "name": variable.lower(), "camel": camel}
    for last in ("entry", "item"):
        if several and last in fields and store.manager.several:
            fields[last] += store.manager.several.format(NAME=variable, dashed=variable.replace("_", "-"))
    return fields
