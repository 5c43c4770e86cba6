"""Adds hooks to an agent's own configuration and removes them.

Comments, order and other hooks stay; a file that is not valid is refused and never repaired. A backup of the file as
it was found is kept beside it, once.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from keyscan.agents import entries
from keyscan.agents.config_files import BACKUP, Change, read_text, removed, written
from keyscan.catalog import agent_events
from keyscan.errors import ConfigError
from keyscan.support import jsonc

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from keyscan.agents.entries import Caller
    from keyscan.agents.targets import Place

# Where Claude Code's settings name the program that runs commands.
PREFIX = ("env", "CLAUDE_CODE_SHELL_PREFIX")


def install(where: Place, caller: Caller) -> list[Change]:
    """Write the hooks at `where`, those of ours that are there already in another form replaced."""
    target = where.target
    command = caller.command(target.agent)
    if target.shape == "scripts":
        edits = [_script(where.path / event.event, entries.script(target, event, command)) for event in target.events]
        return [change for change in edits if change.what]
    if target.shape == "plugin":
        options = [] if caller.mode == "redact" else ["--mode", caller.mode]
        options += [] if caller.on_failure == "block" else ["--on-failure", caller.on_failure]
        options += ["--keep-commands"] if caller.keep_commands else []
        return written(where.path, entries.plugin(caller.python, caller.flags, options))
    if target.shape == "vibe":
        from keyscan.agents import vibe_file

        return written(where.path, vibe_file.with_hooks(_read(where) or "", where, command))
    text = with_hooks(_read(where), where, command)
    changes: list[Change] = []
    if target.agent == "claude-code" and sys.platform != "win32":
        changes = [_script(prefix_program(where), entries.shell_prefix(caller))]
        text = edited(where, lambda: jsonc.set_default(text, PREFIX, str(prefix_program(where))))
    changes += written(where.path, text)
    if target.agent == "goose":
        manifest = where.path.parent.parent / "plugin.json"
        changes += written(manifest, '{\n  "name": "keyscan",\n  "version": "1.0.0"\n}\n')
    return [change for change in changes if change.what]


def prefix_program(where: Place) -> Path:
    """The program by which Claude Code runs commands, beside its settings."""
    return where.path.with_name(agent_events.SHELL_PREFIX)


def prefix_in(where: Place) -> str:
    """The program that Claude Code's settings name for running commands, empty for none."""
    variables = value_of(_read(where) or "{}", where).get("env")
    return str(variables.get(PREFIX[1], "")) if isinstance(variables, dict) else ""


def uninstall(where: Place) -> list[Change]:
    """Remove keyscan's hooks; a file with nothing else in it is removed, with its backup."""
    target = where.target
    if target.shape == "scripts":
        return [removed(where.path / event.event) for event in target.events if _is_own_file(where.path / event.event)]
    text = _read(where)
    if text is None:
        return []
    if target.own:
        changes = [removed(where.path)] if entries.SIGN in text else []
        if target.agent == "goose" and changes:
            changes.append(removed(where.path.parent.parent / "plugin.json"))
        return changes
    if target.shape == "vibe":
        from keyscan.agents import vibe_file

        edited_text = vibe_file.without_hooks(text, where)
    else:
        edited_text = without_hooks(text, where)
    gone = []
    if target.agent == "claude-code" and prefix_in(where) == str(prefix_program(where)):
        edited_text = jsonc.without_member(edited_text, PREFIX)
        gone = [removed(prefix_program(where))]
    backup = where.path.with_name(where.path.name + BACKUP)
    if edited_text != text and not backup.exists() and _is_empty(edited_text, target.shape):
        return [*gone, removed(where.path)]
    changes = [*gone, *(written(where.path, edited_text) if edited_text != text else [])]
    if changes:
        with suppress(OSError):
            backup.unlink()
    return changes


def _is_empty(text: str, shape: str) -> bool:
    """Whether a configuration that keyscan made holds nothing any more."""
    if shape == "vibe":
        return not text.strip()
    with suppress(ValueError):
        return not set(jsonc.parse(text).value) - {"version"}
    return False


def with_hooks(text: str | None, where: Place, command: str) -> str:
    """A JSON configuration with our hooks: one entry an event, equal ones left alone, others of ours replaced."""
    target = where.target
    document = text if text and text.strip() else "{}\n"
    for hooked in target.events:
        wanted = entries.entry_for(target, hooked, command)
        path = ("hooks",) if target.shape == "kiro" else ("hooks", hooked.event)
        present = _items(document, where, path)
        own = [entry for entry in present if _same_event(entry, wanted, target.shape)]
        if own == [wanted]:
            continue
        while (number := _own_index(_items(document, where, path), wanted, target.shape)) is not None:
            document = edited(
                where, lambda document=document, number=number, path=path: jsonc.without(document, path, number)
            )
        document = edited(
            where, lambda document=document, wanted=wanted, path=path: jsonc.appended(document, path, wanted)
        )
    if target.version is not None:
        document = edited(where, lambda: jsonc.set_default(document, ("version",), target.version))
    return document


def without_hooks(text: str, where: Place) -> str:
    """A JSON configuration without our hooks."""
    document = text
    hooks = value_of(text, where).get("hooks")
    for event in hooks if isinstance(hooks, dict) else ():
        path = ("hooks", event)
        while True:
            own = [number for number, entry in enumerate(_items(document, where, path)) if entries.is_own(entry)]
            if not own:
                break
            document = edited(
                where, lambda document=document, number=own[0], path=path: jsonc.without(document, path, number)
            )
    return document


def missing_events(where: Place, command: str) -> list[str]:
    """The events that are not hooked as they would be by `install` now; all when there is no file."""
    target = where.target
    if target.shape == "scripts":
        wanted = {event.event: entries.script(target, event, command) for event in target.events}
        return [event for event, text in wanted.items() if read_text(where.path / event) != text]
    text = _read(where)
    if text is None:
        return [event.event for event in target.events]
    if target.shape in {"plugin", "vibe"}:
        return [] if entries.SIGN in text else [event.event for event in target.events]
    missing = []
    for hooked in target.events:
        path = ("hooks",) if target.shape == "kiro" else ("hooks", hooked.event)
        if entries.entry_for(target, hooked, command) not in _items(text, where, path):
            missing.append(hooked.event)
    return missing


def commands_in(where: Place) -> list[str]:
    """The command lines of keyscan at `where`, as the agent would run them."""
    if where.target.shape == "scripts":
        texts = [read_text(where.path / event.event) or "" for event in where.target.events]
        return [text.rpartition("exec ")[2].strip() for text in texts if entries.SIGN in text]
    text = _read(where) or ""
    if where.target.shape in {"plugin", "vibe"}:
        return []
    return list(dict.fromkeys(_commands(value_of(text or "{}", where))))


def _commands(value: Any) -> Iterator[str]:
    """The commands of keyscan among the strings of a JSON value, without those for PowerShell, which repeat them."""
    if isinstance(value, str):
        if entries.SIGN in value and not value.startswith("& "):
            yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _commands(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _commands(inner)


def _same_event(entry: Any, wanted: dict[str, Any], shape: str) -> bool:
    return entries.is_own(entry) and (shape != "kiro" or entry.get("trigger") == wanted["trigger"])


def _own_index(present: list[Any], wanted: dict[str, Any], shape: str) -> int | None:
    return next((number for number, entry in enumerate(present) if _same_event(entry, wanted, shape)), None)


def value_of(text: str, where: Place) -> dict[str, Any]:
    """The JSON object in a configuration; ConfigError for anything else."""
    try:
        value = jsonc.parse(text).value
    except ValueError as error:
        raise ConfigError(f"{where.path}: not valid JSON, {error}; correct it by hand") from error
    if not isinstance(value, dict):
        raise ConfigError(f"{where.path}: not a JSON object")
    return value


def _items(text: str, where: Place, path: tuple[str, ...]) -> list[Any]:
    value: Any = value_of(text, where)
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, list) else []


def edited(where: Place, edit: Any) -> str:
    """The result of `edit` on a configuration; ConfigError if its structure is not the one that hooks need."""
    try:
        return str(edit())
    except ValueError as error:
        raise ConfigError(f"{where.path}: {error}; hooks cannot be added there") from error


def _read(where: Place) -> str | None:
    """The text of the configuration, None where there is none; ConfigError for what cannot be edited safely."""
    path = where.path
    if path.is_symlink() and not where.target.symlinks:
        raise ConfigError(f"{path}: a symbolic link, which {where.target.title} refuses to read")
    return read_text(path)


def _script(file: Path, text: str) -> Change:
    present = read_text(file)
    if present is not None and entries.SIGN not in present:
        raise ConfigError(f"{file}: a hook of your own is there; call this from it: {text.splitlines()[-1]}")
    changes = written(file, text, 0o755)
    return changes[0] if changes else Change(file, "")


def _is_own_file(file: Path) -> bool:
    return entries.SIGN in (read_text(file) or "")
