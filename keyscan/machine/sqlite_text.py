"""The text of an SQLite database, read from a copy, so that a database in use is neither locked nor changed."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from keyscan.model.blob import Blob, Origin, Skip

if TYPE_CHECKING:
    from collections.abc import Iterator

# Text of a table is handed on in blobs of about this size, so that memory is bounded.
_BATCH = 4 << 20
# Databases above this are read as bytes only.
LARGEST = 4 << 30
_SUFFIXES = ("", "-wal")


def read(file: str, name: str) -> Iterator[Blob | Skip]:
    """The text and blob values of all tables, under `name!/TABLE`; a Skip when it is no readable database.

    Deleted text in free pages and in the log is not part of any table: the file's own bytes are scanned for that.
    """
    if os.path.getsize(file) > LARGEST:  # noqa: PTH202
        yield Skip(name, f"a database over {LARGEST >> 30} GB: only its bytes were scanned")
        return
    with tempfile.TemporaryDirectory(prefix="keyscan-") as folder:
        try:
            for suffix in _SUFFIXES:
                if os.path.isfile(file + suffix):  # noqa: PTH113
                    shutil.copyfile(file + suffix, os.path.join(folder, "copy" + suffix))  # noqa: PTH118
            yield from _tables(Path(folder, "copy"), name)
        except (sqlite3.Error, OSError) as error:
            yield Skip(name, f"not read as a database ({type(error).__name__}): only its bytes were scanned")


def _tables(copy: Path, name: str) -> Iterator[Blob]:
    # Not read-only: a log that belongs to the copy has to be applied, to the copy.
    with closing(sqlite3.connect(copy)) as database:
        database.text_factory = bytes
        database.execute("PRAGMA trusted_schema = OFF")
        query = "SELECT name FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        for (table,) in database.execute(query).fetchall():
            quoted = table.decode("utf-8", "replace").replace('"', '""')
            member = f"!/{table.decode('utf-8', 'backslashreplace')}"
            yield from _table(database, quoted, Origin(name + member, member=member))


def _table(database: sqlite3.Connection, quoted: str, origin: Origin) -> Iterator[Blob]:
    held = bytearray()
    for row in database.execute(f'SELECT * FROM "{quoted}"'):  # noqa: S608 - the name is quoted
        for value in row:
            if isinstance(value, bytes) and len(value) > 7:  # noqa: PLR2004 - shorter than any secret
                held += value + b"\n"
        if len(held) >= _BATCH:
            yield Blob(bytes(held), origin)
            held.clear()
    if held:
        yield Blob(bytes(held), origin)
