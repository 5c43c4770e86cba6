"""Mistral Vibe's hooks, a TOML file: edited with its comments and order kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.exceptions import ParseError

from keyscan.agents import entries
from keyscan.errors import ConfigError

if TYPE_CHECKING:
    from keyscan.agents.targets import Place


def with_hooks(text: str, where: Place, command: str) -> str:
    """The file with our hooks, one an event; those of ours in another form are replaced."""
    document = _parsed(without_hooks(text, where), where)
    present = document.get("hooks")
    tables = present if present is not None else tomlkit.aot()
    if not hasattr(tables, "append"):
        raise ConfigError(f"{where.path}: hooks is not an array of tables")
    for hooked in where.target.events:
        table = tomlkit.table()
        values = {"name": f"keyscan-{hooked.event}", "type": hooked.event, "command": command,
                  "timeout": where.target.timeout(hooked), "strict": True}  # fmt: skip
        for name, value in values.items():
            table.add(name, value)
        tables.append(table)
    if present is None:
        document.add("hooks", tables)
    edited = str(tomlkit.dumps(document))
    return text if _plain(text, where) == _plain(edited, where) else edited


def without_hooks(text: str, where: Place) -> str:
    """The file without our hooks."""
    document = _parsed(text, where)
    tables = document.get("hooks")
    if tables is None:
        return text
    own = [number for number, table in enumerate(tables) if entries.is_own(dict(table))]
    if not own:
        return text
    if len(own) == len(tables):
        document.remove("hooks")
    else:
        for number in reversed(own):
            del tables[number]
    return str(tomlkit.dumps(document))


def _plain(text: str, where: Place) -> Any:
    return _parsed(text, where).unwrap()


def _parsed(text: str, where: Place) -> Any:
    try:
        return tomlkit.parse(text)
    except ParseError as error:
        raise ConfigError(f"{where.path}: not valid TOML: {error}; correct it by hand") from error
