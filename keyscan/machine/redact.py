"""Replaces secrets in transcripts and histories, in place: after a backup, atomically, and only what is not in use."""

from __future__ import annotations

import json
import os
import re
import shutil
import sqlite3
import sys
from contextlib import closing, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from keyscan.agents.redactor import Redactor, strings
from keyscan.machine import zsh
from keyscan.support.new_file import NewFile

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from keyscan.machine.backups import Backups
    from keyscan.sources.home import HomeFile

KINDS = frozenset({"transcript", "history"})
FORMATS = frozenset({"text", "zsh", "json", "jsonl", "sqlite"})
# Lines and whole documents up to this size are redacted; a larger one is left and named.
_LARGEST = 256 << 20
_LITERAL = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)


class LeftAloneError(Exception):
    """A file is not changed; the message says why, without any of its contents."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome for a file: how many secrets were replaced, or why it was left unchanged."""

    name: str
    replaced: int = 0
    refusal: str = ""


def redact(files: Iterable[HomeFile], backups: Backups, redactor: Redactor | None = None) -> Iterator[Outcome]:
    """Redact each file; one that cannot be redacted is named and left exactly as it was."""
    redactor = redactor or Redactor()
    held = _held_open()
    for file in files:
        try:
            yield Outcome(file.name, _redact(file, backups, redactor, held))
        except LeftAloneError as reason:
            yield Outcome(file.name, refusal=str(reason))
        except (OSError, sqlite3.Error, ValueError) as error:
            yield Outcome(file.name, refusal=f"left as it was: {type(error).__name__}")


def _redact(file: HomeFile, backups: Backups, redactor: Redactor, held: set[str]) -> int:
    if file.place.kind not in KINDS:
        raise LeftAloneError("configuration: move the key into the environment yourself (keyscan env, keyscan fix)")
    if file.place.format not in FORMATS:
        raise LeftAloneError(f"{file.place.format} data cannot be redacted: delete it once the agent has ended")
    if file.file in held:
        raise LeftAloneError("a running program holds it open: end that program and run the command again")
    if file.place.format == "sqlite":
        return _database(file, backups, redactor)
    before = os.stat(file.file)  # noqa: PTH116
    if before.st_size > _LARGEST and file.place.format != "jsonl":
        raise LeftAloneError(f"larger than {_LARGEST >> 20} MB")
    return _replace(file, before, backups, redactor)


def _replace(file: HomeFile, before: os.stat_result, backups: Backups, redactor: Redactor) -> int:
    """Write the redacted file beside the old one and put it in its place, unless the old one changed meanwhile."""
    with NewFile(file.file) as new:
        with open(file.file, "rb") as source:  # noqa: PTH123
            count = 0
            for piece, replaced in _pieces(source, file.place.format, redactor):
                new.stream.write(piece)
                count += replaced
        if not count:
            return 0
        new.stream.flush()
        os.fsync(new.stream.fileno())
        shutil.copystat(file.file, new.path)
        with suppress(OSError, AttributeError):
            os.chown(new.path, before.st_uid, before.st_gid)
        backups.keep(file.file)
        after = os.stat(file.file)  # noqa: PTH116
        if (after.st_mtime_ns, after.st_size, after.st_ino) != (before.st_mtime_ns, before.st_size, before.st_ino):
            raise LeftAloneError("it changed meanwhile: run the command again")
        new.replace()
        return count


def _pieces(source: Any, form: str, redactor: Redactor) -> Iterator[tuple[bytes, int]]:
    """(what to write, how many secrets were replaced in it), for the whole file."""
    if form == "jsonl":
        for line in source:
            yield _json_line(line, redactor)
        return
    data = source.read()
    if form == "json":
        yield _json(data, redactor)
        return
    text = zsh.decode(data) if form == "zsh" else data
    redacted, secrets = redactor.redact_bytes(text)
    yield (data if not secrets else zsh.encode(redacted) if form == "zsh" else redacted), len(secrets)


def _json_line(line: bytes, redactor: Redactor) -> tuple[bytes, int]:
    """A line of JSON Lines with its secrets replaced; one that is no JSON is redacted as text."""
    if not line.strip():
        return line, 0
    try:
        return _json(line, redactor)
    except LeftAloneError:
        redacted, secrets = redactor.redact_bytes(line)
        return redacted, len(secrets)


def _json(data: bytes, redactor: Redactor) -> tuple[bytes, int]:
    """A JSON text with its secrets replaced; every byte outside of the strings that held one stays."""
    try:
        text = data.decode("utf-8")
        value = json.loads(text)
    except (ValueError, RecursionError):
        raise LeftAloneError("not valid JSON") from None
    redacted = redactor.redact_value(value)
    if not redacted.count:
        return data, 0
    changed = {old: new for old, new in zip(strings(value), strings(redacted.value), strict=True) if old != new}

    def literal(match: re.Match[str]) -> str:
        new = changed.get(json.loads(match[0], strict=False))
        return match[0] if new is None else json.dumps(new, ensure_ascii=match[0].isascii())

    return _LITERAL.sub(literal, text).encode("utf-8", "surrogatepass"), redacted.count


def _database(file: HomeFile, backups: Backups, redactor: Redactor) -> int:
    """Redact every table of a database that nobody uses, then rebuild it so that no deleted text is left."""
    before = os.stat(file.file)  # noqa: PTH116
    with closing(sqlite3.connect(file.file, timeout=0.5, isolation_level=None)) as database:
        database.execute("PRAGMA trusted_schema = OFF")
        try:
            database.execute("PRAGMA locking_mode = EXCLUSIVE")
            database.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError:
            raise LeftAloneError("a running program holds it: end that program and run the command again") from None
        try:
            backups.keep(file.file, also=(file.file + "-wal",))
            count = sum(_table(database, name, redactor) for name in _tables(database))
        except BaseException:
            database.execute("ROLLBACK")
            raise
        database.execute("COMMIT")
        # Also without a replaced value: what was found may be in free pages.
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        database.execute("VACUUM")
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    os.utime(file.file, ns=(before.st_atime_ns, before.st_mtime_ns))
    return max(count, 1)


def _tables(database: sqlite3.Connection) -> list[str]:
    query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'"
    names = [name for (name,) in database.execute(query)]
    virtual = [
        name
        for (name,) in database.execute("SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%'").fetchall()
    ]
    if virtual:
        raise LeftAloneError("it has a full-text index, which holds the text too: delete it once the agent has ended")
    return names


def _table(database: sqlite3.Connection, name: str, redactor: Redactor) -> int:
    quoted = '"' + name.replace('"', '""') + '"'
    try:
        cursor = database.execute(f"SELECT rowid, * FROM {quoted}")  # noqa: S608 - the name is quoted
    except sqlite3.OperationalError:
        raise LeftAloneError("it has a table without row numbers: delete it once the agent has ended") from None
    columns = [column[0] for column in cursor.description][1:]
    changes: list[tuple[int, str, Any]] = []
    count = 0
    for row_id, *values in cursor:
        for column, value in zip(columns, values, strict=True):
            redacted, replaced = _value(value, redactor)
            if replaced:
                changes.append((row_id, column, redacted))
                count += replaced
    for row_id, column, redacted in changes:
        named = '"' + column.replace('"', '""') + '"'
        database.execute(f"UPDATE {quoted} SET {named} = ? WHERE rowid = ?", (redacted, row_id))  # noqa: S608
    return count


def _value(value: Any, redactor: Redactor) -> tuple[Any, int]:
    """A value of a table redacted: JSON stays JSON."""
    if isinstance(value, str):
        if value[:1] in {"{", "["}:
            result, count = _json_line(value.encode("utf-8", "surrogatepass"), redactor)
            return result.decode("utf-8", "surrogatepass"), count
        redacted = redactor.redact(value)
        return redacted.value, redacted.count
    if isinstance(value, bytes):
        result, secrets = redactor.redact_bytes(value)
        return result, len(secrets)
    return value, 0


def _held_open() -> set[str]:
    """The files that other processes of this user hold open, where the system tells (Linux)."""
    open_files: set[str] = set()
    if sys.platform != "linux":
        return open_files
    own = str(os.getpid())
    for process in os.listdir("/proc"):  # noqa: PTH208
        if not process.isdigit() or process == own:
            continue
        with suppress(OSError):
            for entry in os.scandir(f"/proc/{process}/fd"):
                with suppress(OSError):
                    open_files.add(os.readlink(entry.path))  # noqa: PTH115
    return open_files


def default_backups() -> Path:
    """Where backups are kept: the user's state directory."""
    import platformdirs

    return platformdirs.user_state_path("keyscan", appauthor=False) / "machine-backups"
