"""The configuration's keys, made from the options themselves, so that each option has its key."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import click

from keyscan.cli.options import shared_params
from keyscan.cli.registry import COMMANDS, load
from keyscan.config.schema import OWN_KEYS, Key, Schema

# Options that name files: in a configuration they are relative to its own directory.
FILES = frozenset({"rules", "baseline", "output"})
# Options that a scanned repository must not set.
_TRUSTED = frozenset({"show-secrets"})
# Options about the configuration itself, and those that send keys or say where: a scanned repository has no say.
_NO_KEY = frozenset({
    "config", "isolated", "help", "verify", "only", "ask", "endpoint", "allow-private", "audit", "fresh",
    "verify-forks", "yes", "statistics",
})  # fmt: skip
_GIVEN = (click.core.ParameterSource.COMMANDLINE, click.core.ParameterSource.ENVIRONMENT)


def own_values(ctx: click.Context, table: Mapping[str, Any]) -> dict[str, Any]:
    """The values by parameter that a command's `table` of the configuration gives and the command line does not."""
    values = {}
    for option in ctx.command.params:
        key = key_of(option)
        given = ctx.get_parameter_source(option.name or "") in _GIVEN
        if key in table and option.name and not given:
            values[option.name] = table[key].value
    return values


def key_of(option: click.Parameter) -> str:
    """The configuration's key for an option: its long name."""
    names = [name.lstrip("-") for name in option.opts if name.startswith("--")]
    return names[0] if names else ""


def schema() -> Schema:
    """Every key that a configuration may hold, made from the options themselves."""
    return Schema({**keys_of(shared_params()), **OWN_KEYS}, _Commands())


def keys_of(options: list[click.Parameter]) -> dict[str, Key]:
    """The keys of `options`, by name."""
    keys = {}
    for option in options:
        name = key_of(option)
        if isinstance(option, click.Option) and name and name not in _NO_KEY:
            keys[name] = _key(option, name)
    return keys


def _key(option: click.Option, name: str) -> Key:
    kind = "text"
    choices: tuple[str, ...] = ()
    if option.is_flag:
        kind = "flag"
    elif isinstance(option.type, click.Choice):
        kind, choices = "choice", tuple(map(str, option.type.choices))
    elif isinstance(option.type, click.types.IntParamType):
        kind = "whole"
    if option.multiple:
        kind = "texts"
    return Key(kind, choices, name in FILES, name in _TRUSTED)


class _Commands(Mapping[str, Mapping[str, Key]]):
    """Each command's own options as keys; a command is imported only when its table is there."""

    def __iter__(self) -> Iterator[str]:
        return iter(COMMANDS)

    def __len__(self) -> int:
        return len(COMMANDS)

    def __getitem__(self, name: str) -> Mapping[str, Key]:
        if name not in COMMANDS:
            raise KeyError(name)
        shared = {option.name for option in shared_params()}
        return keys_of([option for option in load(name).params if option.name not in shared])
