"""Files that an event names: mentions in prompts, attachments, operands of shell commands; and what is in them."""

from __future__ import annotations

import os
import re
import shlex
import stat
from typing import TYPE_CHECKING, Any

from keyscan.errors import IncompleteError
from keyscan.support.regular_file import read_regular

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from keyscan.agents.events import Event

# `@path` as agents take it: at the beginning or after white space, quoted or up to white space.
_MENTION = re.compile(r"(?:(?<=\s)|^)@(?:\"([^\"\n]{1,1024})\"|'([^'\n]{1,1024})'|((?:\\\s|[^\s\"']){1,1024}))")
_TRAILING = ".,;:!?)]}"
_MAX_FILES = 200
# As git decides whether a file is text.
_PROBE = 8000
# Files that agents inline whole are smaller; a larger one cannot be scanned in time.
LARGEST = 64 * 1024 * 1024
# Keys of a tool's input whose values are paths.
_PATH_KEYS = ("file_path", "filePath", "path", "absolute_path", "notebook_path", "target_file", "filename", "file")


def mentions(prompt: str) -> Iterator[str]:
    """The paths that a prompt mentions with @."""
    for match in _MENTION.finditer(prompt):
        path = next(part for part in match.groups() if part is not None).replace("\\ ", " ")
        yield path
        # A mention may end in a sentence's mark, and in a range of lines.
        for bare in (path.rstrip(_TRAILING), path.partition("#")[0]):
            if bare and bare != path:
                yield bare


def attachments(event: Event) -> Iterator[str]:
    """The paths of a prompt's attachments, as Cursor sends them."""
    listed = event.payload.get("attachments")
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict):
            path = entry.get("file_path") or entry.get("filePath")
            if isinstance(path, str):
                yield path


def of_input(tool_input: Any) -> Iterator[str]:
    """The paths in a tool's input."""
    if not isinstance(tool_input, dict):
        return
    for key in _PATH_KEYS:
        if isinstance(tool_input.get(key), str) and tool_input[key]:
            yield tool_input[key]
    for key in ("files", "paths", "file_paths"):
        listed = tool_input.get(key)
        for entry in listed if isinstance(listed, list) else ():
            if isinstance(entry, str):
                yield entry
            else:
                yield from of_input(entry)


def operands(command: str) -> Iterator[str]:
    """The words of a shell command that could be files, whatever the program; quoting is undone as far as it goes."""
    lexer = shlex.shlex(command, posix=True, punctuation_chars="();<>|&")
    lexer.whitespace_split = True
    try:
        words = list(lexer)
    except ValueError:
        words = command.replace('"', " ").replace("'", " ").split()
    for word in words:
        yield word
        for part in re.split(r"[=,:]", word)[1:]:
            if part:
                yield part


def command_of(tool_input: Any) -> str:
    """The command line of a shell tool's input, whatever its shape."""
    if isinstance(tool_input, str):
        return tool_input
    if not isinstance(tool_input, dict):
        return ""
    for key in ("command", "command_line", "cmd", "commands", "script"):
        value = tool_input.get(key)
        if isinstance(value, str):
            return value
        if isinstance(value, list):
            return "\n".join(str(part) for part in value)
    return ""


def existing(paths: Iterable[str], directory: str) -> Iterator[tuple[str, str]]:
    """(name as given, absolute path) of the plain files among `paths`, counted from `directory`, each once."""
    seen: set[str] = set()
    count = 0
    for name in paths:
        if "\0" in name:
            continue
        path = os.path.join(directory or os.getcwd(), os.path.expanduser(name))  # noqa: PTH109, PTH111, PTH118
        if path in seen:
            continue
        seen.add(path)
        try:
            plain = stat.S_ISREG(os.stat(path).st_mode)  # noqa: PTH116
        except (OSError, ValueError):
            continue
        if plain:
            count += 1
            if count > _MAX_FILES:
                raise IncompleteError(f"more than {_MAX_FILES} files are named")
            yield name, path


def is_binary(path: str) -> bool:
    """Whether a file holds no text by its first bytes: a command that reads it prints nothing of it."""
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return b"\0" in file.read(_PROBE)
    except OSError:
        return False


def contents(path: str) -> bytes:
    """The contents of a regular file; IncompleteError when it cannot be read or is too large to be scanned in time."""
    try:
        data = read_regular(path, LARGEST + 1)
    except OSError as error:
        raise IncompleteError(f"{path}: {error.strerror}") from error
    if len(data) > LARGEST:
        raise IncompleteError(f"{path}: larger than {LARGEST >> 20} MB")
    return data
