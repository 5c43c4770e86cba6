"""`keyscan config`: the effective configuration, where each value comes from, and whether it is valid."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from keyscan.api import Scanner
from keyscan.cli.command import Group
from keyscan.cli.config_keys import key_of
from keyscan.cli.messages import say
from keyscan.cli.options import shared_params
from keyscan.cli.settings import scan_options
from keyscan.errors import ExitCode, UsageError
from keyscan.support.plural import plural
from keyscan.support.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from keyscan.config.settings import Settings
    from keyscan.suppressions.ignore import Ignore

_WIDTH = 40


@click.group(name="config", cls=Group)
def command() -> None:
    """Show and validate the effective configuration."""


@command.command(name="show")
@scan_options
def show(settings: Settings) -> int:
    """Print every effective value, and the file and line, or the option, that sets it."""
    say(*_lines(settings))
    return ExitCode.CLEAN


@command.command(name="check")
@scan_options
def check(settings: Settings) -> int:
    """Check configuration, ignores and baseline: every key, pattern, rule name and file; expired ignores are named."""
    known = {rule.id for rule in Scanner.of(settings).rules} | set(settings.disable)
    for ignore in settings.ignores.entries:
        _check_rules(ignore, known)
    for note in settings.ignores.notes((), whole=False):
        say(f"note: {note}")
    files = ", ".join(settings.config.files) or "no configuration file"
    ignores, accepted = len(settings.ignores.entries), len(settings.accepted.entries)
    say(f"keyscan: configuration is valid ({files}; {ignores} ignores, {accepted} accepted findings)")
    return ExitCode.CLEAN


def _check_rules(ignore: Ignore, known: set[str]) -> None:
    from fnmatch import fnmatchcase

    for name in ignore.rules:
        if not any(fnmatchcase(rule, name) for rule in known):
            raise UsageError(f"{ignore.place}: no rule {name}{did_you_mean(name, known)}")


def _lines(settings: Settings) -> Iterator[str]:
    ctx = click.get_current_context()
    for option in shared_params():
        key, name = key_of(option), option.name or ""
        if key in {"config", "isolated", "statistics"}:
            continue
        setting = settings.config.values.get(key)
        given = ctx.params.get(name) not in {None, ()}
        value = getattr(settings, name)
        sources = [setting.source] if setting and (not given or isinstance(setting.value, tuple)) else []
        sources += ["command line"] if given else []
        yield _line(key, value, ", ".join(sources) or "default")
    for key in ("builtin-rules", "require-reasons", "salt"):
        setting = settings.config.values.get(key)
        default = {"builtin-rules": True, "require-reasons": False, "salt": settings.salt}[key]
        source = setting.source if setting else "baseline" if key == "salt" and settings.salt else "default"
        yield _line(key, setting.value if setting else default, source)
    for name, table in settings.config.commands.items():
        yield from (_line(f"{name}.{key}", one.value, one.source) for key, one in table.items())
    for ignore in settings.ignores.entries:
        yield f"[[ignore]]  # {ignore.place}"
        yield from _conditions(ignore)
    yield f"# files: {', '.join(settings.config.files) or 'none'}"
    yield f"# baseline: {plural(len(settings.accepted.entries), 'accepted finding')}"


def _line(key: str, value: Any, source: str) -> str:
    text = f"{key} = {_toml(value)}"
    return f"{text:{_WIDTH}}  # {source}"


def _conditions(ignore: Ignore) -> Iterator[str]:
    from keyscan.remediation.edits import masked_values
    from keyscan.suppressions.schema import HOLD_SECRETS, NAMES

    for name, key in NAMES.items():
        condition = getattr(ignore, name)
        if condition and name in HOLD_SECRETS:
            condition = tuple(map(masked_values, condition))
        if condition:
            yield f"  {key} = {_toml(condition)}"
    if ignore.severity is not None:
        yield f"  severity = {_toml(ignore.severity.label)}"
    if ignore.reason:
        yield f"  reason = {_toml(masked_values(ignore.reason))}"
    if ignore.expires:
        yield f"  expires = {_toml(ignore.expires)}"


def _toml(value: Any) -> str:
    import json

    if hasattr(value, "label"):
        value = value.label
    if value is None:
        return '"auto"'
    if isinstance(value, tuple):
        return f"[{', '.join(_toml('='.join(one) if isinstance(one, tuple) else one) for one in value)}]"
    return json.dumps(value)
